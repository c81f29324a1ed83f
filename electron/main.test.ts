// What must be said before Electron is ready: after that, each of these would come too late or fail.
import { expect, test, vi } from 'vitest';

test('every page is in the sandbox, and app:// may do no more than a page of ours needs', async () => {
  const said: unknown[] = [];
  const app = {
    ...{
      commandLine: { getSwitchValue: () => '' },
      getAppPath: () => '/circdesk',
      getPath: () => '/user-data',
    },
    ...{ setPath: () => undefined, on: () => undefined, requestSingleInstanceLock: () => true },
    enableSandbox: () => said.push('sandbox'),
    whenReady: () => {
      said.push('ready');
      return new Promise(() => undefined);
    },
  };
  const protocol = { registerSchemesAsPrivileged: (schemes: unknown) => said.push(schemes) };
  vi.doMock('electron', () => ({ app, protocol, dialog: {} }));
  vi.doMock('./desk.ts', () => ({ buildDesk: () => undefined }));
  vi.doMock('./windows/lock-down.ts', () => ({ fetchNoDictionaries: () => undefined }));
  vi.doMock('./windows/menu.ts', () => ({ setMenu: () => undefined }));
  const umask = vi.spyOn(process, 'umask').mockReturnValue(0);
  await import('./main.ts');
  // No bypassCSP, corsEnabled, allowServiceWorkers, supportFetchAPI, stream or codeCache.
  expect(said).toEqual([
    [{ scheme: 'app', privileges: { standard: true, secure: true } }],
    'sandbox',
    'ready',
  ]);
  expect(umask).toHaveBeenCalledWith(0o077);
});
