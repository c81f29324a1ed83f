// What must be said before Electron is ready: after that, each of these would come too late or fail. And what an installed
// desk is started with.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

const INSTALLED = '/opt/circdesk/resources/app.asar';
const LOCK = 'asks for the lock';
let said: unknown[];
let begin: () => void;
let umask: ReturnType<typeof vi.spyOn>;
beforeEach(() => {
  said = [];
  umask = vi.spyOn(process, 'umask').mockReturnValue(0);
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

/** The app, from its folder or its archive, as far as it starts before Electron is ready. */
async function start(appPath: string, switches: Record<string, string> = {}): Promise<void> {
  const given = Object.entries(switches).map(([name, value]) => `--${name}=${value}`);
  vi.spyOn(process, 'argv', 'get').mockReturnValue(['circdesk', ...given]);
  const app = {
    commandLine: { getSwitchValue: (name: string) => switches[name] ?? '' },
    ...{ getAppPath: () => appPath, getPath: () => '/user-data' },
    ...{
      setPath: (name: string, path: string) => said.push(`${name}: ${path}`),
      on: () => undefined,
      exit: (code: number) => said.push(`exit ${code}`),
    },
    requestSingleInstanceLock: () => said.push(LOCK),
    enableSandbox: () => said.push('sandbox'),
    whenReady: () => {
      said.push('ready');
      return new Promise<void>((resolve) => (begin = resolve));
    },
  };
  const protocol = { registerSchemesAsPrivileged: (schemes: unknown) => said.push(schemes) };
  const dialog = { showErrorBox: (_title: string, words: string) => said.push(words) };
  vi.resetModules();
  vi.doMock('electron', () => ({ app, protocol, dialog }));
  vi.doMock('./desk.ts', () => ({
    buildDesk: ({ server, development }: Record<string, unknown>) => {
      said.push({ server, development });
      return { boot: () => undefined };
    },
  }));
  vi.doMock('./windows/lock-down.ts', () => ({ fetchNoDictionaries: () => undefined }));
  vi.doMock('./windows/menu.ts', () => ({ setMenu: () => undefined }));
  await import('./main.ts');
}

test('every page is in the sandbox, and app:// may do no more than a page of ours needs', async () => {
  await start('/circdesk');
  // No bypassCSP, corsEnabled, allowServiceWorkers, supportFetchAPI, stream or codeCache.
  expect(said).toEqual([
    'userData: /user-data',
    LOCK,
    [{ scheme: 'app', privileges: { standard: true, secure: true } }],
    'sandbox',
    'ready',
  ]);
  expect(umask).toHaveBeenCalledWith(0o077);
});

test('on Windows its files are of this computer, not of a profile that roams, before anything looks for them', async () => {
  vi.spyOn(process, 'platform', 'get').mockReturnValue('win32');
  vi.stubEnv('LOCALAPPDATA', '/of this computer');
  await start(INSTALLED);
  expect(said.slice(0, 2)).toEqual(['userData: /of this computer/user-data', LOCK]);
});

test('an installed desk that is started with a strange switch says so, and does nothing else', async () => {
  await start(INSTALLED, { 'remote-debugging-port': '1' });
  expect(said).toEqual(['It does not take --remote-debugging-port.', 'exit 1']);
});

test('nor does it start with a variable that does what such a switch does', async () => {
  vi.stubEnv('SSLKEYLOGFILE', '/tmp/keys');
  await start(INSTALLED);
  expect(said).toEqual(['It does not take SSLKEYLOGFILE.', 'exit 1']);
});

test('an installed desk is none of development, where a server may be spoken to without TLS', async () => {
  await start(INSTALLED);
  begin();
  await vi.waitFor(() => expect(said.at(-1)).toEqual({ server: undefined, development: false }));
  const server = 'http://127.0.0.1:9';
  await start('/circdesk', { server });
  begin();
  await vi.waitFor(() => expect(said.at(-1)).toEqual({ server, development: true }));
});
