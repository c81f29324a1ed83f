// The app that the conformance tests drive. It records what happens in its life, and answers what the page asks.
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inspect } from 'node:util';
import { app, BrowserWindow, ipcMain, protocol } from 'electron';

const folder = dirname(fileURLToPath(import.meta.url));
const TYPES = { '.html': 'text/html', '.js': 'text/javascript' };
const POLICY = "default-src 'none'; script-src 'self'; connect-src 'none'; frame-src 'self'";

/** What happened, in order; also written to a file, for what happens when nobody can ask any more. */
const life = (globalThis.life = []);
const record = (what) => {
  life.push(what);
  const file = app.commandLine.getSwitchValue('life');
  if (file) appendFileSync(file, `${what}\n`);
};

record('main');
for (const name of ['will-finish-launching', 'ready', 'before-quit', 'will-quit', 'quit']) {
  app.on(name, () => record(name));
}
app.on('browser-window-created', () => record('browser-window-created'));
app.on('window-all-closed', () => {
  record('window-all-closed');
  if (!globalThis.staysOpen) app.quit();
});
app.on('second-instance', (_event, argv, _cwd, additional) => {
  record(`second-instance ${argv.includes('--second')} ${JSON.stringify(additional)}`);
});
app.on('web-contents-created', (_event, contents) => {
  contents.on('will-navigate', (event, url) => {
    record(`will-navigate ${event.url === url} ${url}`);
    event.preventDefault();
  });
  contents.setWindowOpenHandler(({ url }) => {
    record(`window-open ${url}`);
    return { action: 'deny' };
  });
});

if (app.commandLine.hasSwitch('single') && !app.requestSingleInstanceLock({ from: 'second' })) {
  record('refused');
  app.exit(0);
}

protocol.registerSchemesAsPrivileged([{ scheme: 'app', privileges: { standard: true, secure: true } }]);

globalThis.requests = [];
const answer = ({ url, method, headers }) => {
  globalThis.requests.push({ url, method, referer: headers.get('referer') });
  const { pathname, host } = new URL(url);
  const isPage =
    host === 'fixture' && /^\/[a-z]+\.(html|js)$/.test(pathname) && existsSync(join(folder, pathname));
  if (!isPage) return new Response('none', { status: 404 });
  return new Response(readFileSync(join(folder, pathname)), {
    headers: { 'content-type': TYPES[extname(pathname)], 'content-security-policy': POLICY },
  });
};

ipcMain.on('preloaded', (event, path) => record(`preloaded ${path} ${event.senderFrame?.url}`));
ipcMain.handle('echo', (_event, ...args) => args[0]);
ipcMain.handle('inspect', (_event, ...args) => args.map((value) => inspect(value, { depth: 5 })));
ipcMain.handle('fail', () => {
  throw new TypeError('no such patron');
});
ipcMain.handle('give-function', () => () => undefined);
ipcMain.handle('sender', async (event) => {
  const { url, origin, parent } = event.senderFrame;
  await new Promise((resolve) => setTimeout(resolve, 1));
  return { url, origin, parent, same: event.sender === BrowserWindow.getAllWindows()[0].webContents };
});

globalThis.openWindow = async (options = {}) => {
  const window = new BrowserWindow({
    width: 900,
    height: 640,
    ...options,
    webPreferences: { preload: join(folder, 'preload.cjs'), additionalArguments: ['--fixture=yes'] },
  });
  await window.loadURL('app://fixture/page.html');
  return window.id;
};

await new Promise((resolve) => setTimeout(resolve, 20));
record('main evaluated');

void app.whenReady().then(() => {
  record('whenReady');
  protocol.handle('app', answer);
  if (!app.commandLine.hasSwitch('windowless')) void globalThis.openWindow();
});
