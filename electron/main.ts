// Where the app starts: what must be said before Electron is ready, then one desk.
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { app, dialog, Menu, protocol } from 'electron';
import { buildDesk, type Desk, type DeskOptions } from './desk.ts';
import { isSafeAddress, machinePolicyFile, readPolicy } from './policy/policy.ts';
import { SCHEME } from './windows/app-protocol.ts';

const OUT = dirname(dirname(fileURLToPath(import.meta.url)));

const END_WITHIN_MS = 3_000;

/** A switch that only a developer's start may use: what is installed obeys the machine's policy alone. */
const developerSwitch = (name: string) => (app.isPackaged ? '' : app.commandLine.getSwitchValue(name));

function startOptions(): DeskOptions {
  const policyFile = developerSwitch('policy');
  const policy = readPolicy(
    policyFile ? resolve(policyFile) : machinePolicyFile(process.platform, process.env),
  );
  const server = developerSwitch('server') || policy.server.url;
  if (server !== undefined && !isSafeAddress(server)) {
    throw new Error(`The server's address must be https, or http on this machine: ${server}`);
  }
  return { out: OUT, server, policy };
}

function start(): void {
  const userData = app.commandLine.getSwitchValue('user-data-dir');
  if (userData) app.setPath('userData', resolve(userData));
  if (!app.requestSingleInstanceLock()) {
    app.quit();
    return;
  }
  protocol.registerSchemesAsPrivileged([{ scheme: SCHEME, privileges: { standard: true, secure: true } }]);
  app.enableSandbox();

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
      if (process.platform !== 'darwin') Menu.setApplicationMenu(null);
      desk = buildDesk(startOptions());
      await desk.boot();
    })
    .catch((thrown: unknown) => {
      dialog.showErrorBox(
        'Circdesk could not start',
        thrown instanceof Error ? thrown.message : String(thrown),
      );
      app.exit(1);
    });
}

start();
