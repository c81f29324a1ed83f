// The one way out of the app leads where policy says, and nowhere else.
import { beforeEach, expect, test, vi } from 'vitest';
import { openOutside } from './open-outside.ts';

const openExternal = vi.hoisted(() => vi.fn<(address: string) => Promise<void>>());
vi.mock('electron', () => ({ shell: { openExternal } }));
beforeEach(() => {
  openExternal.mockReset().mockResolvedValue();
});

const ALLOWED = ['https://library.test'];

test('an address at a place that policy names opens in the browser', async () => {
  await openOutside(new URL('https://library.test/patron?id=7'), ALLOWED);
  expect(openExternal).toHaveBeenCalledExactlyOnceWith('https://library.test/patron?id=7');
});

test.each([
  'https://elsewhere.test/',
  'https://library.test.elsewhere.test/',
  'https://library.test@elsewhere.test/',
  'https://library.test:8443/',
  'http://library.test/',
  'file:///etc/passwd',
  'javascript:alert(1)',
  'data:text/html,https://library.test/',
  'ms-msdt:/id',
])('%s is not opened', async (address) => {
  await expect(openOutside(new URL(address), ALLOWED)).rejects.toMatchObject({
    error: { code: 'requestRefused' },
  });
  expect(openExternal).not.toHaveBeenCalled();
});

test('where the system has no browser, staff are told', async () => {
  openExternal.mockRejectedValue(new Error('no handler'));
  await expect(openOutside(new URL('https://library.test/'), ALLOWED)).rejects.toMatchObject({
    error: { code: 'notOpened' },
  });
});
