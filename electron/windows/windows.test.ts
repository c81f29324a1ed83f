// Every window is made so that its page can do nothing, and is told nothing that the contract doesn't know. How many
// there are, and when they close.
import { EventEmitter } from 'node:events';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, test, vi } from 'vitest';
import { OneTimePages } from './one-time-pages.ts';

interface Options {
  webPreferences: Record<string, unknown>;
}
interface Made {
  options: Options;
  send: ReturnType<typeof vi.fn>;
  loadURL: ReturnType<typeof vi.fn>;
  window: BrowserWindow;
}
const made: Made[] = [];

class BrowserWindow extends EventEmitter {
  readonly webContents = Object.assign(new EventEmitter(), {
    send: vi.fn(),
    isDestroyed: () => false,
    setZoomFactor: () => undefined,
    executeJavaScript: () => Promise.resolve(),
    printToPDF: () => Promise.reject(new Error('Nothing is printed here.')),
  });

  readonly loadURL = vi.fn(() => Promise.resolve());

  constructor(options: Options) {
    super();
    made.push({ options, send: this.webContents.send, loadURL: this.loadURL, window: this });
  }

  isOpen = true;
  destroy = () => {
    this.isOpen = false;
    this.emit('closed');
  };
  isDestroyed = () => !this.isOpen;
  isMinimized = () => false;
  setProgressBar = vi.fn();
  show = () => undefined;
  focus = () => undefined;
}

vi.doMock('electron', () => ({ BrowserWindow }));
const { Windows } = await import('./windows.ts');
const { printer } = await import('../patron-data/pdf/print.ts');
beforeEach(() => {
  made.length = 0;
});

/** Said once more: for DevTools Electron's default is the dangerous one, and an upgrade may change the others. */
const SAFE = {
  sandbox: true,
  contextIsolation: true,
  nodeIntegration: false,
  nodeIntegrationInSubFrames: false,
  nodeIntegrationInWorker: false,
  webSecurity: true,
  allowRunningInsecureContent: false,
  experimentalFeatures: false,
  webviewTag: false,
  plugins: false,
  devTools: false,
  spellcheck: false,
  navigateOnDragDrop: false,
  disableDialogs: true,
  disableBlinkFeatures: 'FileSystemAccessLocal,EyeDropperAPI',
};

test('no window has Node, DevTools or a page out of the sandbox; one that prints has no bridge to main, either', async () => {
  const windows = new Windows('/preload.cjs');
  windows.showDesk();
  windows.showPatron('7');
  const pages = { page: '<p>', headerTemplate: '', footerTemplate: '' };
  await expect(printer(new OneTimePages())(pages, new AbortController().signal)).rejects.toThrow();
  const bridge = (kind: string) => ({
    preload: '/preload.cjs',
    additionalArguments: [`--circdesk-window=${kind}`],
  });
  expect(made.map(({ options }) => options.webPreferences)).toEqual([
    { ...SAFE, ...bridge('desk') },
    { ...SAFE, ...bridge('patron') },
    SAFE,
  ]);
});

test('no other window is made', () => {
  const electron = join(import.meta.dirname, '..');
  const makers = globSync('**/*.ts', { cwd: electron }).flatMap((file) =>
    file.endsWith('.test.ts')
      ? []
      : Array.from(
          readFileSync(join(electron, file), 'utf8').matchAll(/new (BrowserWindow|\w*View)\b/g),
          () => file,
        ),
  );
  expect(makers.sort()).toEqual(['patron-data/pdf/print.ts', 'windows/windows.ts']);
});

test('whose window it is stands in no address and in no command line, which every user of the computer can read', () => {
  new Windows('/preload.cjs').showPatron('7');
  expect(made[0]?.loadURL).toHaveBeenCalledExactlyOnceWith('app://circdesk/patron/index.html');
  expect(made[0]?.options.webPreferences['additionalArguments']).toEqual(['--circdesk-window=patron']);
});

test('what is too much of an event stays in main', () => {
  const windows = new Windows('/preload.cjs');
  windows.showDesk();
  const state = { status: 'signedOut', lastLibrary: 'north', refreshToken: 'secret' } as const;
  windows.tell('session.changed', state);
  expect(made[0]?.send).toHaveBeenCalledExactlyOnceWith('circdesk:event', 'session.changed', {
    status: 'signedOut',
    lastLibrary: 'north',
  });
});

const patronId = (n: number) => `0199a3c4-0000-7000-8000-${String(n).padStart(12, '0')}`;
const open = () => made.filter(({ window }) => window.isOpen).length;

/** A desk window, and windows of so many patrons. */
function opened(patrons: number) {
  const windows = new Windows('/preload.cjs');
  windows.showDesk();
  for (let n = 0; n < patrons; n++) windows.showPatron(patronId(n));
  return windows;
}

test('what is told of a patron is heard by that patron’s window only', () => {
  const windows = opened(2);
  windows.tellOf(patronId(0), 'patron.changed', { patronId: patronId(0) });
  windows.showProgress(0.5, patronId(0));
  expect(made.map(({ send }) => send.mock.calls.length)).toEqual([0, 1, 0]);
  expect(made.map(({ window }) => window.setProgressBar.mock.calls)).toEqual([[], [[0.5]], []]);
  windows.showProgress(0.7);
  expect(made.map(({ window }) => window.setProgressBar.mock.lastCall)).toEqual([[0.7], [0.5], undefined]);
});

test('a page that was taken over opens forty patrons’ windows, and no more until one is closed', () => {
  const windows = opened(40);
  expect(open()).toBe(41);
  expect(() => {
    windows.showPatron(patronId(40));
  }).toThrow(expect.objectContaining({ error: { code: 'tooManyWindows' } }) as Error);
  // Whose window is there comes to the front all the same.
  windows.showPatron(patronId(39));
  windows.showDesk();
  expect(open()).toBe(41);
  made[1]?.window.destroy();
  windows.showPatron(patronId(40));
  expect(open()).toBe(41);
});

test('a page that is to make way for a new one is asked nothing and told nothing, and is ended where it stays', async () => {
  vi.useFakeTimers();
  const windows = new Windows('/preload.cjs');
  windows.showDesk();
  const [desk] = made;
  const contents = desk?.window.webContents;
  const forcefullyCrashRenderer = vi.fn();
  Object.assign(contents ?? {}, { forcefullyCrashRenderer });
  windows.renewDesk();
  expect(windows.ownerOf(contents as never)).toBeUndefined();
  windows.tell('recent.changed', {});
  expect(desk?.send).not.toHaveBeenCalled();
  vi.advanceTimersByTime(5_000);
  expect(forcefullyCrashRenderer).toHaveBeenCalledOnce();
  contents?.emit('render-process-gone');
  expect(desk?.loadURL.mock.calls).toEqual(Array(3).fill(['app://circdesk/desk/index.html']));
  contents?.emit('did-navigate');
  expect(windows.ownerOf(contents as never)).toEqual({ kind: 'desk' });
  vi.advanceTimersByTime(60_000);
  expect(forcefullyCrashRenderer).toHaveBeenCalledOnce();
  // Another navigation took the place of this one.
  desk?.loadURL.mockRejectedValueOnce(Object.assign(new Error(), { code: 'ERR_ABORTED' }));
  windows.renewDesk();
  await vi.waitFor(() => expect(forcefullyCrashRenderer).toHaveBeenCalledTimes(2));
  // A page that dies by itself before it is there is not loaded without end.
  for (let n = 0; n < 5; n++) contents?.emit('render-process-gone');
  expect(desk?.window.isOpen).toBe(false);
  vi.useRealTimers();
});

test('patrons’ windows close with the desk window, without which nobody could sign out: unsaved text or not', () => {
  const windows = opened(2);
  const [desk, , last] = made;
  windows.setUnsaved(last?.window.webContents as never, true);
  desk?.window.destroy();
  expect(open()).toBe(0);
  expect(windows.openPatrons()).toEqual([]);
});

test('patrons’ windows close as staff leave, but for text that somebody typed and can still save', () => {
  const windows = opened(5);
  const [, , typed, hung, answersAgain, loadedAgain] = made;
  for (const one of [hung, answersAgain, loadedAgain]) one?.window.emit('unresponsive');
  answersAgain?.window.emit('responsive');
  loadedAgain?.window.webContents.emit('render-process-gone');
  const holders = [typed, hung, answersAgain, loadedAgain];
  for (const one of holders) windows.setUnsaved(one?.window.webContents as never, true);
  const unsaved = { error: { code: 'unsavedChanges', windows: 3 } };
  expect(() => {
    windows.closePatrons(false);
  }).toThrow(expect.objectContaining(unsaved) as Error);
  expect(open()).toBe(6);
  for (const one of holders) windows.setUnsaved(one?.window.webContents as never, one === hung);
  windows.closePatrons(false);
  expect(open()).toBe(1);
});
