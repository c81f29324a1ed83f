// The host: starts Chromium, gives the app `electron`, runs its main module, and then says that it's ready.
import { enableCompileCache } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from './chromium/running.ts';

enableCompileCache();
const { app } = await import('./main/app.ts');
const { electron } = await import('./main/electron.ts');
const { electronVersion, findApplication } = await import('./main/application.ts');
const { dialog } = await import('./main/dialog.ts');
const { defaultSession } = await import('./main/session.ts');
const { closePopups } = await import('./main/popups.ts');
const { protocol } = await import('./main/protocol.ts');
const { provideElectron } = await import('./modules.ts');
const { sweepProfiles } = await import('./chromium/profile.ts');

// As Electron's binary would have it.
const command = join(import.meta.dirname, 'electron');
process.argv.splice(0, 2, command);
process.execPath = command;
Object.defineProperties(process, {
  type: { value: 'browser', enumerable: true },
  defaultApp: { value: true, enumerable: true },
  versions: { value: Object.freeze({ ...process.versions, electron: electronVersion }), configurable: true },
  resourcesPath: { value: join(import.meta.dirname, 'resources'), enumerable: true },
});

const application = findApplication(process.argv);
app.prepare(application, { all: () => electron.BrowserWindow.getAllWindows() }, (code) => {
  process.exit(code);
});
provideElectron();

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    app.quit();
  });
}
process.on('uncaughtException', (error) => {
  // Electron shows a box and goes on.
  if (process.listenerCount('uncaughtException') > 1) return;
  dialog.showErrorBox(
    'A JavaScript error occurred in the main process',
    `Uncaught Exception:\n${error.stack ?? String(error)}`,
  );
});

const loaded = import(pathToFileURL(application.entry).href).catch((error: unknown) => {
  // Electron shows a box and waits for somebody to close it; here is nobody.
  console.error('App threw an error during load');
  console.error(error);
  process.exit(1);
});
const browser = await chromium;
Object.defineProperty(process, 'versions', {
  value: Object.freeze({ ...process.versions, electron: electronVersion, chrome: browser.version }),
  enumerable: true,
});
browser.connection.browser.onceEnded(() => {
  console.error('Chromium host: Chromium ended');
  process.exit(1);
});
defaultSession.start();
closePopups();
if (browser.debuggingAddress) process.stderr.write(`DevTools listening on ${browser.debuggingAddress}\n`);
await loaded;
protocol.isReady = true;
app.becomeReady();
sweepProfiles();
