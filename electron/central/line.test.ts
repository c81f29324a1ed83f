import { afterEach, expect, test, vi } from 'vitest';
import type { CertificateAuthority } from './certificate-authority.ts';

type Verify = (request: object, answer: (said: number) => void) => void;

afterEach(() => {
  vi.doUnmock('electron');
  vi.resetModules();
});

/** A line of Electron's that fails with these, one after another; the authority says what `standsBehind` does. */
async function lineWith(standsBehind: () => Promise<boolean>, failures: string[] = []) {
  let verify: Verify = () => undefined;
  const line = {
    setCertificateVerifyProc: (given: Verify) => (verify = given),
    fetch: () => Promise.reject(new Error(failures.shift())),
  };
  vi.doMock('electron', () => ({ session: { fromPartition: () => line } }));
  vi.resetModules();
  const { openLine } = await import('./line.ts');
  const fetch = openLine({ standsBehind } as unknown as CertificateAuthority);
  const verdictOn = (errorCode: number) =>
    new Promise<number>((resolve) => {
      verify({ hostname: 'central.test', certificate: { data: '' }, errorCode }, resolve);
    });
  return { fetch, verdictOn };
}

const [BELIEVED, REFUSED, AS_CHROMIUM_SAYS] = [0, -2, -3];
const stands = () => Promise.resolve(true);
const doesNot = () => Promise.resolve(false);
const fails = () => Promise.reject(new Error('no certificate'));

test.each([
  ['good by the system and by the authority', 0, stands, BELIEVED],
  ['good by the system, of another authority', 0, doesNot, REFUSED],
  ['good by the system, which nobody can read', 0, fails, REFUSED],
  ['of the authority, which the system doesn’t know', -202, stands, BELIEVED],
  ['of an authority that nobody knows', -202, doesNot, AS_CHROMIUM_SAYS],
  ['that nobody can read', -202, fails, REFUSED],
  ['for another name', -200, stands, AS_CHROMIUM_SAYS],
  ['past its time', -201, stands, AS_CHROMIUM_SAYS],
  ['revoked', -206, stands, AS_CHROMIUM_SAYS],
  ['that makes no sense', -207, stands, AS_CHROMIUM_SAYS],
  ['with a weak signature', -208, stands, AS_CHROMIUM_SAYS],
  ['with a weak key', -211, stands, AS_CHROMIUM_SAYS],
])('where policy names an authority, of a certificate %s (%i)', async (_what, errorCode, says, verdict) => {
  const { verdictOn } = await lineWith(says);
  expect(await verdictOn(errorCode)).toBe(verdict);
});

test('a server whose certificate was refused, and that is away later, is called away', async () => {
  const { fetch, verdictOn } = await lineWith(doesNot, ['net::ERR_FAILED', 'net::ERR_CONNECTION_REFUSED']);
  await verdictOn(-202);
  await expect(fetch('https://central.test/')).rejects.toThrow('ERR_CERT_AUTHORITY_INVALID');
  await expect(fetch('https://central.test/')).rejects.toThrow('ERR_CONNECTION_REFUSED');
});
