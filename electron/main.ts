// Where the app starts: what must be said before Electron is ready, then one desk.
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { app, dialog, protocol } from 'electron';
import { buildDesk, type Desk } from './desk.ts';
import { machinePolicyFile } from './policy/policy.ts';
import { isPackaged, startOptions, strangeSwitch, userDataFolder } from './policy/start-options.ts';
import { codeOf, isFailure } from './support/failure.ts';
import { systemClock } from './support/system.ts';
import { SCHEME } from './windows/app-protocol.ts';
import { fetchNoDictionaries } from './windows/lock-down.ts';
import { setMenu } from './windows/menu.ts';

const OUT = dirname(dirname(fileURLToPath(import.meta.url)));

const END_WITHIN_MS = 3_000;

const commandLine = {
  isPackaged: isPackaged(app.getAppPath()),
  argv: process.argv,
  environment: process.env,
  switchValue: (name: string) => app.commandLine.getSwitchValue(name),
};

function reasonOf(thrown: unknown): string {
  if (isFailure(thrown, 'diskFull') || codeOf(thrown) === 'ENOSPC')
    return 'There is no room left on the disk.';
  return thrown instanceof Error ? thrown.message : String(thrown);
}

function start(): void {
  // Whatever is written from here on, Chromium's own files too, is for this user alone.
  process.umask(0o077);
  const strange = strangeSwitch(commandLine);
  if (strange !== undefined) {
    dialog.showErrorBox('Circdesk could not start', `It does not take ${strange.split('=', 1)[0]}.`);
    app.exit(1);
    return;
  }
  app.setPath('userData', userDataFolder(commandLine, process.platform, app.getPath('userData')));
  if (!app.requestSingleInstanceLock()) {
    app.quit();
    return;
  }
  protocol.registerSchemesAsPrivileged([{ scheme: SCHEME, privileges: { standard: true, secure: true } }]);
  app.enableSandbox();
  fetchNoDictionaries();

  let desk: Desk | undefined;
  app.on('second-instance', () => desk?.comeToFront());
  app.on('window-all-closed', () => {
    app.quit();
  });
  app.on('will-quit', (event) => {
    if (!desk) return;
    // Ends the session at the server, if it can be done in a moment, and closes the files.
    event.preventDefault();
    const ending = desk;
    desk = undefined;
    const tooLong = new Promise<void>((resolve) => setTimeout(resolve, END_WITHIN_MS));
    void Promise.race([ending.shutdown(), tooLong]).finally(() => {
      app.quit();
    });
  });

  app
    .whenReady()
    .then(async () => {
      setMenu(process.platform);
      const policyFile = machinePolicyFile(process.platform);
      desk = buildDesk({ out: OUT, ...startOptions(commandLine, policyFile, systemClock) });
      await desk.boot();
    })
    .catch((thrown: unknown) => {
      dialog.showErrorBox('Circdesk could not start', reasonOf(thrown));
      app.exit(1);
    });
}

start();
