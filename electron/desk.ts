// The composition root: builds every part of the desk, in the order of what needs what, and boots it.
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import * as files from 'node:fs/promises';
import { join } from 'node:path';
import { app, net, protocol, shell } from 'electron';
import { systemClock } from './support/system.ts';
import { Connections } from './central/connections.ts';
import { ReferenceServer } from './central/reference/reference-server.ts';
import { openGate } from './ipc/gate.ts';
import { handlersOf } from './ipc/handlers.ts';
import { PatronDataDownload } from './patron-data/download.ts';
import { elsewhere } from './patron-data/folder.ts';
import { openExport } from './patron-data/open-export.ts';
import { printer } from './patron-data/pdf/print.ts';
import { SavedFiles } from './patron-data/saved-files.ts';
import { Acts } from './patrons/acts.ts';
import { Patrons } from './patrons/patrons.ts';
import type { PatronDataPolicy } from './policy/patron-data-policy.ts';
import { StaffSession } from './session/staff-session.ts';
import { fileLog } from './support/log.ts';
import { Settings } from './support/settings.ts';
import { appProtocol, SCHEME } from './windows/app-protocol.ts';
import { OneTimePages } from './windows/one-time-pages.ts';
import { lockDownPages } from './windows/lock-down.ts';
import { Windows } from './windows/windows.ts';

export interface DeskOptions {
  /** Where preload and pages were built to. */
  out: string;
  server: string | undefined;
  patronData: PatronDataPolicy;
}

export interface Desk {
  boot(): void;
  shutdown(): void;
  /** Another start of the app hands over to this one. */
  comeToFront(): void;
}

/** Builds the desk. Electron must be ready. */
export function buildDesk({ out, server, patronData }: DeskOptions): Desk {
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
  const oneTimePages = new OneTimePages(() => randomBytes(16).toString('hex'));
  const savedFiles = new SavedFiles({
    file: join(app.getPath('userData'), 'saved-files.json'),
    files,
    clock,
    log,
  });
  const download = new PatronDataDownload({
    open: (patronId, requester) =>
      openExport({ session, acts, clock, ownStore: undefined }, patronId, requester),
    policy: patronData,
    print: printer(oneTimePages),
    files,
    savedFiles,
    clock,
    random,
    downloadsFolder: () => app.getPath('downloads'),
    elsewhere: async (folder) =>
      elsewhere(await files.realpath(folder).catch(() => folder), {
        platform: process.platform,
        environment: process.env,
        mounts: () => readFileSync('/proc/self/mounts', 'utf8'),
      }),
    showInFolder: (path) => {
      shell.showItemInFolder(path);
    },
    onProgress: (patronId, progress) => {
      windows.tell('download.progress', { patronId, ...progress });
    },
  });

  return {
    boot() {
      lockDownPages(log);
      const assets = appProtocol(join(out, 'renderer'));
      protocol.handle(SCHEME, (request) => oneTimePages.answer(request) ?? assets(request));
      openGate({
        handlers: handlersOf({ session, connections, patrons, download, windows }),
        ownerOf: (contents) => windows.ownerOf(contents),
        newReference: () => randomBytes(4).toString('hex'),
        log,
      });
      windows.showDesk();
      savedFiles.boot().catch((thrown: unknown) => {
        log.write('saved files not deleted', { because: String(thrown) });
      });
      log.write('started', { version: app.getVersion(), platform: process.platform });
    },
    shutdown() {
      connections.shutdown();
      savedFiles.shutdown();
      log.write('ended');
    },
    comeToFront() {
      windows.showDesk();
    },
  };
}
