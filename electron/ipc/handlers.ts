// What answers each request of the contract: the list of everything that windows can make main do.
import {
  BLOCK_PATRON,
  DELETE_PATRON,
  DOWNLOAD_PATRON_DATA,
  type Permission,
} from '../../shared/permissions.ts';
import { fullName, type Patron } from '../../shared/patrons/patron.ts';
import { MOST_GUARANTORS, requests, type RequestName } from '../../shared/ipc/contract.ts';
import type { StartTrouble, SyncState } from '../../shared/ipc/sync.ts';
import { isSameStaff } from '../central/central-server.ts';
import type { ChosenServer } from '../central/chosen-server.ts';
import type { DeskParts } from '../desk-parts.ts';
import type { PatronDataDownload } from '../patron-data/download.ts';
import { Failure } from '../support/failure.ts';
import type { LatelyOpened } from '../patrons/lately-opened.ts';
import type { Look } from '../windows/look.ts';
import type { Windows } from '../windows/windows.ts';
import type { Asker, Handlers } from './gate.ts';

export interface HandlerParts {
  desk: DeskParts;
  download: PatronDataDownload;
  server: ChosenServer;
  windows: Windows;
  look: Look;
  recent: LatelyOpened;
  openOutside: (patron: Patron) => Promise<void>;
  syncState: () => Promise<SyncState>;
  acceptLoss: () => Promise<void>;
  touched: () => void;
}

export function handlersOf(parts: HandlerParts): Handlers {
  const { desk, download, server, windows, look, recent, syncState, acceptLoss, touched } = parts;
  const { session, patrons, scannedCards, deskActs, sync } = desk;
  const permitted = (permission: Permission) => {
    if (!session.require().permissions.includes(permission))
      throw new Failure({ code: 'notPermitted', permission });
  };
  /** Whoever asked may have left while something was looked up: nothing opens before somebody else. */
  const requireStill = ({ contents }: Asker) => {
    session.require();
    if (!windows.ownerOf(contents)) throw new Failure({ code: 'requestRefused' });
  };
  const opening = new Set<string>();
  /** Nobody is looked at unlogged: where the disk takes no entry, no window opens. */
  const openPatron = async (patronId: string, asker: Asker) => {
    const present = session.require();
    const look = `${present.staff.id} ${present.library.id} ${patronId}`;
    // Pressed twice, it is one look.
    if (opening.has(look)) return;
    opening.add(look);
    try {
      const isOpen = windows.openPatrons().includes(patronId);
      await (isOpen ? patrons.lookAgain(patronId) : patrons.opened(patronId));
      requireStill(asker);
      // It was logged in the name of who pressed: whoever is here since hasn't looked.
      if (!isSameStaff(session.require(), present)) throw new Failure({ code: 'requestRefused' });
    } finally {
      opening.delete(look);
    }
    recent.opened(patronId);
    windows.showPatron(patronId);
  };
  return {
    'session.state': async () => {
      // Awaited first: a desk that is locked meanwhile tells windows before this does.
      const sync = await syncState();
      const { state } = session;
      return { started: true, look: look.state, session: state, sync, chooseServer: server.isToChoose };
    },
    'session.chooseServer': async ({ address }) => ({ kind: await server.choose(address, desk.store) }),
    'session.beginAnew': () => {
      throw new Failure({ code: 'requestRefused' });
    },
    'session.libraries': async () => ({ libraries: await session.libraries() }),
    'session.signIn': ({ discard, ...credentials }) =>
      session.signIn(credentials, () => {
        windows.closePatrons(discard);
      }),
    'session.signOut': ({ discard }) => {
      windows.closePatrons(discard);
      return session.signOut();
    },
    'session.lock': () => {
      session.lock();
      return {};
    },

    'patrons.search': ({ query, ...part }) => patrons.search(query, part),
    'patrons.open': async ({ patronId }, asker) => {
      await openPatron(patronId, asker);
      return {};
    },
    'scan.open': async ({ scan, wanted }, asker) => {
      const patronId = scannedCards.patronOf(scan, wanted, asker.contents);
      if (patronId !== undefined) await openPatron(patronId, asker);
      return { opened: patronId !== undefined };
    },
    'scan.find': ({ card }, asker) => scannedCards.find(card, asker.contents),
    'patrons.recent': () => {
      session.require();
      return { patrons: recent.list };
    },

    'patron.read': async ({ fresh }, asker) => {
      const view = await patrons.show(patronOf(asker), fresh);
      recent.named(view.patron.id, fullName(view.patron));
      return view;
    },
    'patron.openLinked': async ({ patronId }, asker) => {
      const linked = await patrons.linkedTo(patronOf(asker));
      if (!linked.includes(patronId)) throw new Failure({ code: 'patronUnknown' });
      requireStill(asker);
      await openPatron(patronId, asker);
      return {};
    },
    'patron.guarantors': async (asked, asker) => ({
      patrons: await patrons.guarantors(patronOf(asker), asked, MOST_GUARANTORS),
    }),
    'patron.notifications': async (_args, asker) => ({
      notifications: await patrons.notifications(patronOf(asker)),
    }),
    'patron.agreements': async (_args, asker) => ({ agreements: await patrons.agreements(patronOf(asker)) }),
    'patron.saveSection': async ({ section, base, changes }, asker) => ({
      saved: await patrons.saveSection(patronOf(asker), section, base, changes),
    }),
    'patron.decide': async ({ act, changes }, asker) => ({
      saved: await deskActs.decide(patronOf(asker), act, changes),
    }),
    'patron.setPin': async ({ pin }, asker) => {
      await patrons.setPin(patronOf(asker), pin);
      return {};
    },
    'patron.block': async ({ comment }, asker) => {
      permitted(BLOCK_PATRON);
      return { saved: await patrons.block(patronOf(asker), comment) };
    },
    'patron.unblock': async ({ blocks, comment }, asker) => {
      permitted(BLOCK_PATRON);
      return { saved: await patrons.unblock(patronOf(asker), blocks, comment) };
    },
    'patron.delete': async ({ tag }, asker) => {
      permitted(DELETE_PATRON);
      await patrons.delete(patronOf(asker), tag);
      recent.deleted(patronOf(asker));
      return {};
    },
    'patron.downloadQuestions': () => {
      permitted(DOWNLOAD_PATRON_DATA);
      return download.questions();
    },
    'patron.openOutside': async (_args, asker) => {
      const { patron } = await patrons.read(patronOf(asker), false);
      requireStill(asker);
      await parts.openOutside(patron);
      return {};
    },
    'patron.download': async (args, asker) => {
      permitted(DOWNLOAD_PATRON_DATA);
      const patronId = patronOf(asker);
      // Nobody is there any more to get the file.
      const gone = () => {
        download.cancel(patronId);
      };
      asker.contents.once('destroyed', gone);
      asker.contents.once('render-process-gone', gone);
      try {
        return await download.download(patronId, args);
      } finally {
        asker.contents.removeListener('destroyed', gone);
        asker.contents.removeListener('render-process-gone', gone);
      }
    },
    'patron.cancelDownload': (_args, asker) => {
      download.cancel(patronOf(asker));
      return {};
    },
    'patron.showFile': async ({ file }, asker) => {
      session.require();
      await download.show(patronOf(asker), file);
      return {};
    },
    'patron.deleteFile': async ({ file }, asker) => {
      session.require();
      await download.delete(patronOf(asker), file);
      return {};
    },

    'sync.acts': async () => ({ acts: await deskActs.list() }),
    'sync.retry': async ({ act }) => ({ saved: await deskActs.retry(act) }),
    'sync.withdraw': async ({ act }) => {
      await deskActs.withdraw(act);
      return {};
    },
    'sync.pauseFill': async ({ paused }) => {
      session.require();
      await sync.pauseFill(paused);
      return {};
    },
    'sync.noteUnseen': () => {
      session.require();
      sync.noteUnseen();
      return {};
    },
    'sync.now': async () => {
      await sync.now();
      return {};
    },
    'sync.acceptLoss': async () => {
      session.require();
      await acceptLoss();
      return {};
    },

    'preferences.choose': (chosen) => look.choose(chosen),
    'window.toSearch': () => {
      windows.showSearch();
      return {};
    },
    'window.hide': ({ hidden }) => {
      // Elsewhere nothing of a patron is in sight; a page that hid it again and again would let nobody type a password.
      if (!hidden || session.state.status === 'signedIn') look.hide(hidden);
      return {};
    },
    'window.touched': () => {
      touched();
      return {};
    },
    'window.unsaved': ({ unsaved }, asker) => {
      windows.setUnsaved(asker.contents, unsaved);
      return {};
    },
    'window.close': (_args, asker) => {
      windows.close(asker.contents);
      return {};
    },
  };
}

export interface TroubleParts {
  look: Look;
  trouble: () => StartTrouble;
  beginAnew: () => Promise<void>;
}

/** While the desk's files can't be opened: a window learns why, and may begin anew where the key is forgotten. */
export function troubleHandlers({ look, trouble, beginAnew }: TroubleParts): Handlers {
  const refuse = () => {
    throw new Failure({ code: 'requestRefused' });
  };
  let beginning: Promise<void> | undefined;
  const refusing = Object.fromEntries((Object.keys(requests) as RequestName[]).map((name) => [name, refuse]));
  return {
    ...(refusing as unknown as Handlers),
    'session.state': () => ({ started: false, look: look.state, trouble: trouble() }),
    'preferences.choose': (chosen) => look.choose(chosen),
    'session.beginAnew': async () => {
      if (trouble().kind !== 'forgottenKey') refuse();
      // Twice at once, the second would set aside what the first has just made.
      beginning ??= beginAnew().finally(() => (beginning = undefined));
      await beginning;
      return {};
    },
  };
}

/** The patron that the asking window is bound to. The contract lets no other window ask; this holds it twice. */
function patronOf(asker: Asker): string {
  if (asker.kind !== 'patron') throw new Failure({ code: 'requestRefused' });
  return asker.patronId;
}
