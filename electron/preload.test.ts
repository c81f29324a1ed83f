import { expect, test, vi } from 'vitest';
import { isSmallAndPlain, LARGEST } from '../shared/ipc/small.ts';

const invoke = vi.fn<(channel: string, name: string, args: unknown) => void>();
const exposeInMainWorld =
  vi.fn<(name: string, api: Record<string, Record<string, (args: unknown) => void>>) => void>();
vi.mock('electron', () => ({
  contextBridge: { exposeInMainWorld },
  ipcRenderer: { invoke, on: vi.fn(), removeListener: vi.fn() },
}));

test('what is too large for the gate never gets as far as main; what staff can write does', async () => {
  vi.stubGlobal('addEventListener', vi.fn());
  vi.stubGlobal('REQUEST_NAMES', { desk: ['window.touched'] });
  vi.stubGlobal('process', { ...process, argv: ['--circdesk-window=desk'] });
  await import('./preload.ts');
  const touched = exposeInMainWorld.mock.calls[0]?.[1]['window']?.['touched'];
  const args = { note: 'x'.repeat(LARGEST.characters - 10) };
  touched?.(args);
  expect(invoke).toHaveBeenLastCalledWith(expect.any(String), 'window.touched', args);
  touched?.({ heap: Array.from({ length: LARGEST.values }, () => ({})) });
  expect(invoke).toHaveBeenCalledTimes(2);
  expect(isSmallAndPlain(invoke.mock.lastCall?.[2])).toBe(false);
  expect(JSON.stringify(invoke.mock.lastCall)).not.toContain('heap');
});
