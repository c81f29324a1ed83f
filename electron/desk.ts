// The composition root: builds every part of the desk, in the order of what needs what, and boots it in phases. What
// works on the opened store is built in desk-parts.ts.
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import * as files from 'node:fs/promises';
import { join } from 'node:path';
import { app, clipboard, ipcMain, net, powerMonitor, protocol, shell } from 'electron';
import { rescueSchema, type StartTrouble, type SyncState } from '../shared/ipc/sync.ts';
import { cardInUse, type Patron } from '../shared/patrons/patron.ts';
import { keyring } from './cache/keyring.ts';
import { RESCUE } from './cache/outbox-shape.ts';
import { recallAs } from './cache/remembered.ts';
import { removeDamaged, setForgottenAside } from './cache/set-aside.ts';
import { keepStore } from './cache/store-keeper.ts';
import { whoIs } from './central/central-server.ts';
import { ChosenServer } from './central/chosen-server.ts';
import { KohaServer } from './central/koha/koha-server.ts';
import { openLine } from './central/line.ts';
import { Reachability } from './central/reachability.ts';
import { recognise } from './central/recognise.ts';
import { ReferenceServer } from './central/reference/reference-server.ts';
import { httpTransport } from './central/transport.ts';
import { buildParts, type DeskParts } from './desk-parts.ts';
import { openGate } from './ipc/gate.ts';
import { handlersOf, troubleHandlers } from './ipc/handlers.ts';
import { PatronDataDownload } from './patron-data/download.ts';
import { elsewhere, followed } from './patron-data/folder.ts';
import { openExport } from './patron-data/open-export.ts';
import { printer } from './patron-data/pdf/print.ts';
import { SavedFiles } from './patron-data/saved-files.ts';
import { partOf } from './patron-data/write-files.ts';
import type { StartOptions } from './policy/start-options.ts';
import { addressOfPatron, firstPreferences, rulesOf } from './policy/window-policy.ts';
import { LatelyOpened } from './patrons/lately-opened.ts';
import { watchIdle } from './session/idle.ts';
import { Failure } from './support/failure.ts';
import { watchFaults } from './support/faults.ts';
import { fileLog } from './support/log.ts';
import { openOutside } from './support/open-outside.ts';
import { readPlainFile } from './support/plain-file.ts';
import { Settings } from './support/settings.ts';
import { systemClock, systemTimers } from './support/system.ts';
import { singleFlight } from './sync/single-flight.ts';
import { appProtocol, SCHEME } from './windows/app-protocol.ts';
import { lockDownPages } from './windows/lock-down.ts';
import { Look } from './windows/look.ts';
import { OneTimePages } from './windows/one-time-pages.ts';
import { Windows } from './windows/windows.ts';

export interface DeskOptions extends StartOptions {
  /** Where main, worker, preload and pages were built to. */
  out: string;
}

export interface Desk {
  boot(): Promise<void>;
  shutdown(): Promise<void>;
  /** Another start of the app hands over to this one. */
  comeToFront(): void;
}

const LINE_WATCH_MS = 2_000;

/** Builds the desk. Electron must be ready. */
export function buildDesk({
  out,
  server: address,
  development,
  certificateAuthority,
  policy,
}: DeskOptions): Desk {
  const [clock, timers] = [systemClock, systemTimers];
  const random = { bytes: (count: number) => new Uint8Array(randomBytes(count)) };
  const log = fileLog(app.getPath('logs'), clock);
  const settings = new Settings(join(app.getPath('userData'), 'desk.json'));
  const folder = join(app.getPath('userData'), 'store');
  const windows = new Windows(join(out, 'preload', 'preload.cjs'));
  const look = new Look(firstPreferences(policy), rulesOf(policy), settings, windows);
  const recent = new LatelyOpened(() => {
    windows.tell('recent.changed', {});
  });
  const oneTimePages = new OneTimePages();
  const savedFiles = new SavedFiles({
    ...{ files, clock, log },
    file: join(app.getPath('userData'), 'saved-files.json'),
  });
  const onTrouble = (what: string, thrown: unknown) => {
    log.trouble(what, thrown);
  };

  const reachability = new Reachability((online) => {
    log.write('connection', { online });
    void tellSyncState();
    if (online) parts?.sync.wake();
  });
  const fetch = openLine(certificateAuthority);
  const transportTo = (at: string) => httpTransport(at, fetch, reachability.heard);
  const server = new ChosenServer({
    address,
    kind: policy.server.kind,
    development,
    remembered: settings.server,
    remember: (chosen) => {
      settings.server = chosen;
    },
    recognise: (at) => recognise(transportTo(at)),
    make: (at, kind) => {
      const transport = transportTo(at);
      if (kind === 'circdesk') return new ReferenceServer(at, settings.desk, transport, clock);
      return new KohaServer({
        ...{ address: at, transport, policy: policy.koha, clock, random, timers },
        branch: policy.copy.scope === 'branch' ? policy.copy.branch : undefined,
        readSecret: (file) => readPlainFile(file).toString('utf8').trim(),
      });
    },
  });

  let parts: DeskParts | undefined;
  let memoryOnly = false;
  let hasStarted = false;
  const counter = () => performance.now();
  let touchedAt = counter();
  let handlers = troubleHandlers({ look, trouble: () => trouble, beginAnew });
  let trouble: StartTrouble = { kind: 'unusable', waiting: null };

  async function syncState(desk: DeskParts): Promise<SyncState> {
    const rescue = await recallAs(desk.store, RESCUE, rescueSchema);
    return {
      ...(await desk.syncState()),
      online: reachability.online,
      rescue: rescue ?? null,
      memoryOnly,
    };
  }

  /** Whatever changes while it is read is told of together: reading it takes the longer the more waits. */
  const tellSyncState = singleFlight(async () => {
    if (!parts) return;
    try {
      const state = await syncState(parts);
      const { fill } = state;
      windows.showProgress(fill ? fill.arrived / Math.max(1, fill.total) : undefined);
      windows.tell('sync.changed', state);
    } catch (thrown) {
      onTrouble('telling how sync stands', thrown);
    }
  });

  /** Opens the files, and builds what works on them; or notes why that can't be. */
  async function openStore(): Promise<void> {
    const kept = await keepStore({
      ...{ folder, random, log, sealer: keyring },
      workerFile: join(out, 'worker', 'worker.js'),
      memoryOnly: policy.copy.withoutKeyring === 'memoryOnly',
      onOpened: (opened) => {
        const [lost, looksLost] = [opened.lost ?? undefined, opened.looksLost ?? undefined];
        log.write('store opened', { ...opened, lost, looksLost });
        void tellSyncState();
      },
    });
    if ('trouble' in kept) {
      trouble = kept.trouble;
      log.write('store not opened', { kind: trouble.kind });
      return;
    }
    memoryOnly = kept.memoryOnly;
    await settings.bindTo(kept.store, onTrouble);
    await server.bindTo(kept.store, onTrouble);
    parts = await buildParts({
      ...{ store: kept.store, server, policy, clock, random, timers, onTrouble },
      counter,
      lastLibrary: {
        read: () => settings.lastLibrary,
        write: (library) => {
          settings.lastLibrary = library;
        },
      },
      isOnline: () => reachability.online,
      openPatrons: () => windows.openPatrons(),
      onSession: (state) => {
        log.write('session', { status: state.status });
        const who = state.status === 'signedOut' ? undefined : `${state.library.id} ${whoIs(state.staff)}`;
        // Whom they opened and scanned is not the next one's, nor is their page.
        if (recent.belongTo(who)) {
          parts?.scannedCards.forget();
          windows.renewDesk();
        }
        if (state.status === 'signedOut') {
          // Signing out has closed them; a desk that was revoked had nobody who did.
          windows.closePatrons(true);
        }
        // The middle button would paste what was only selected into the fields of a locked desk.
        if (state.status !== 'signedIn' && process.platform === 'linux') clipboard.selection.clear();
        windows.tell('session.changed', state);
        void tellSyncState();
      },
      onPatrons: (patronIds) => {
        for (const patronId of patronIds) windows.tellOf(patronId, 'patron.changed', { patronId });
        windows.tell('patrons.changed', {});
      },
      onDeleted: (patronIds) => {
        for (const patronId of patronIds) recent.deleted(patronId);
      },
      onActs: () => {
        windows.tell('acts.changed', {});
        void tellSyncState();
      },
      onSyncState: () => void tellSyncState(),
    });
    handlers = handlersOf({ ...handlerParts(parts), windows, look, recent, openOutside: openPatronOutside });
  }

  function handlerParts(desk: DeskParts) {
    const { session, acts, store, patrons } = desk;
    const download = new PatronDataDownload({
      ...{ files, savedFiles, clock, random },
      open: async (patronId, requester) => {
        // Of whom the window shows, or nobody.
        await patrons.read(patronId, false);
        return openExport({ session, acts, store, clock }, patronId, requester);
      },
      policy: policy.patronData,
      print: printer(oneTimePages),
      downloadsFolder: () => app.getPath('downloads'),
      elsewhere: async (folder) =>
        elsewhere(await followed(folder, files.realpath), {
          platform: process.platform,
          environment: process.env,
          mounts: () => readFileSync('/proc/self/mounts', 'utf8'),
        }),
      showInFolder: (path) => {
        shell.showItemInFolder(path);
      },
      onProgress: (patronId, progress) => {
        windows.showProgress(progress && partOf(progress), patronId);
        if (progress) windows.tellOf(patronId, 'download.progress', { patronId, ...progress });
      },
    });
    return {
      ...{ desk, download, server },
      syncState: () => syncState(desk),
      acceptLoss: async () => {
        await desk.store.forget(RESCUE);
        removeDamaged(folder, 'outbox.db');
        await tellSyncState();
      },
      touched: () => {
        touchedAt = counter();
      },
    };
  }

  async function openPatronOutside(patron: Patron): Promise<void> {
    const { patronAddress } = policy.librarySystem;
    if (patronAddress === undefined) throw new Failure({ code: 'requestRefused' });
    const cardNumber = cardInUse(patron);
    if (cardNumber === undefined && patronAddress.includes('{cardNumber}'))
      throw new Failure({ code: 'noCardInUse' });
    const address = addressOfPatron(patronAddress, { patronId: patron.id, cardNumber: cardNumber ?? '' });
    const policys = addressOfPatron(patronAddress, { patronId: '', cardNumber: '' });
    if (!address || !policys) throw new Failure({ code: 'notOpened' });
    await openOutside(address, [policys.origin]);
  }

  /** Staff were told that what waited can't be read here any more. */
  async function beginAnew(): Promise<void> {
    setForgottenAside(folder, clock);
    await openStore();
  }

  function watchSystem(): void {
    watchIdle({ clock, timers, counter, touchedAt: () => touchedAt }, policy.lock.afterMinutes, () =>
      parts?.session.lock(),
    );
    powerMonitor.on('lock-screen', () => parts?.session.lock());
    powerMonitor.on('resume', () => parts?.sync.wake());
    app.on('browser-window-focus', () => parts?.sync.wake());
    let wasOnline = net.isOnline();
    const watchLine = () => {
      const isOnline = net.isOnline();
      if (isOnline && !wasOnline) parts?.sync.wake();
      wasOnline = isOnline;
      timers.after(LINE_WATCH_MS, watchLine);
    };
    watchLine();
  }

  return {
    async boot() {
      watchFaults(log);
      await lockDownPages(log);
      const assets = appProtocol(join(out, 'renderer'));
      protocol.handle(SCHEME, (request) => oneTimePages.answer(request) ?? assets(request));
      await openStore();
      openGate(ipcMain, {
        handlers: () => handlers,
        ownerOf: (contents) => windows.ownerOf(contents),
        newReference: () => randomBytes(4).toString('hex'),
        counter,
        log,
      });
      watchSystem();
      hasStarted = true;
      windows.showDesk();
      savedFiles.boot().catch((thrown: unknown) => {
        onTrouble('deleting saved files', thrown);
      });
      log.write('started', { version: app.getVersion(), platform: process.platform });
    },
    async shutdown() {
      savedFiles.shutdown();
      await parts?.shutdown();
      log.write('ended');
    },
    comeToFront() {
      // Before, there is nothing yet that would answer a window; one comes by itself.
      if (hasStarted) windows.showDesk();
    },
  };
}
