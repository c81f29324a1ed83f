import { afterEach, expect, test, vi } from 'vitest';
import type { CertificateAuthority } from './certificate-authority.ts';

afterEach(() => {
  vi.doUnmock('electron');
  vi.resetModules();
});

test('a server whose certificate was refused, and that is away later, is called away', async () => {
  type Verify = (request: object, answer: (said: number) => void) => void;
  let verify: Verify = () => undefined;
  const failures = ['net::ERR_FAILED', 'net::ERR_CONNECTION_REFUSED'];
  const line = {
    setCertificateVerifyProc: (given: Verify) => (verify = given),
    fetch: () => Promise.reject(new Error(failures.shift())),
  };
  vi.doMock('electron', () => ({ session: { fromPartition: () => line } }));
  vi.resetModules();
  const { openLine } = await import('./line.ts');
  const fetch = openLine({ standsBehind: () => Promise.resolve(false) } as unknown as CertificateAuthority);
  const said = await new Promise((resolve) => {
    verify({ hostname: 'central.test', certificate: { data: '' }, errorCode: -202 }, resolve);
  });
  expect(said).toBe(-3);
  await expect(fetch('https://central.test/')).rejects.toThrow('ERR_CERT_AUTHORITY_INVALID');
  await expect(fetch('https://central.test/')).rejects.toThrow('ERR_CONNECTION_REFUSED');
});
