// The composition root: builds every part of the desk, in the order of what needs what, and boots it.
import { randomBytes } from 'node:crypto';
import * as files from 'node:fs/promises';
import { join } from 'node:path';
import { app, net, protocol, shell } from 'electron';
import { systemClock } from './support/system.ts';
import { Connections } from './central/connections.ts';
import { ReferenceServer } from './central/reference/reference-server.ts';
import { openGate } from './ipc/gate.ts';
import { handlersOf } from './ipc/handlers.ts';
import { PatronDataDownload } from './patron-data/download.ts';
import { Acts } from './patrons/acts.ts';
import { Patrons } from './patrons/patrons.ts';
import { StaffSession } from './session/staff-session.ts';
import { fileLog } from './support/log.ts';
import { Settings } from './support/settings.ts';
import { appProtocol, SCHEME } from './windows/app-protocol.ts';
import { lockDownPages } from './windows/lock-down.ts';
import { Windows } from './windows/windows.ts';

export interface DeskOptions {
  /** Where preload and pages were built to. */
  out: string;
  server: string | undefined;
}

export interface Desk {
  boot(): void;
  shutdown(): void;
  /** Another start of the app hands over to this one. */
  comeToFront(): void;
}

/** Builds the desk. Electron must be ready. */
export function buildDesk({ out, server }: DeskOptions): Desk {
  const clock = systemClock;
  const random = { bytes: (count: number) => new Uint8Array(randomBytes(count)) };
  const log = fileLog(app.getPath('logs'), clock);
  const settings = new Settings(join(app.getPath('userData'), 'desk.json'));
  const windows = new Windows(join(out, 'preload', 'preload.cjs'));

  const connections = new Connections(server ?? '', (state) => {
    log.write('connection', { online: state.online });
    windows.tell('connection.changed', state);
  });
  const fetch: typeof globalThis.fetch = (input, init) => net.fetch(input as string, init);
  const central =
    server === undefined ? undefined : new ReferenceServer(server, settings.desk, fetch, connections.heard);
  if (central) connections.askBy(() => central.libraries());

  const lastLibrary = {
    read: () => settings.lastLibrary,
    write: (library: string) => {
      settings.lastLibrary = library;
    },
  };
  const session = new StaffSession(central, lastLibrary, (state) => {
    log.write('session', { status: state.status });
    windows.tell('session.changed', state);
  });
  const acts = new Acts(clock, random);
  const patrons = new Patrons(session, acts, (patronId) => {
    windows.tell('patron.changed', { patronId });
  });
  const download = new PatronDataDownload({
    session,
    acts,
    files,
    clock,
    random,
    downloadsFolder: () => app.getPath('downloads'),
    showInFolder: (path) => {
      shell.showItemInFolder(path);
    },
  });

  return {
    boot() {
      lockDownPages(log);
      protocol.handle(SCHEME, appProtocol(join(out, 'renderer')));
      openGate({
        handlers: handlersOf({ session, connections, patrons, download, windows }),
        ownerOf: (contents) => windows.ownerOf(contents),
        newReference: () => randomBytes(4).toString('hex'),
        log,
      });
      windows.showDesk();
      log.write('started', { version: app.getVersion(), platform: process.platform });
    },
    shutdown() {
      connections.shutdown();
      log.write('ended');
    },
    comeToFront() {
      windows.showDesk();
    },
  };
}
