// What answers each request of the contract: the list of everything that windows can make main do.
import {
  BLOCK_PATRON,
  DELETE_PATRON,
  DOWNLOAD_PATRON_DATA,
  type Permission,
} from '../../shared/permissions.ts';
import type { Connections } from '../central/connections.ts';
import type { PatronDataDownload } from '../patron-data/download.ts';
import type { Patrons } from '../patrons/patrons.ts';
import type { StaffSession } from '../session/staff-session.ts';
import { Failure } from '../support/failure.ts';
import type { Windows } from '../windows/windows.ts';
import type { Asker, Handlers } from './gate.ts';

export interface HandlerParts {
  session: StaffSession;
  connections: Connections;
  patrons: Patrons;
  download: PatronDataDownload;
  windows: Windows;
}

export function handlersOf({ session, connections, patrons, download, windows }: HandlerParts): Handlers {
  const permitted = (permission: Permission) => {
    const { state } = session;
    if (state.status === 'signedOut') throw new Failure({ code: 'signedOut' });
    if (!state.permissions.includes(permission)) throw new Failure({ code: 'notPermitted', permission });
  };
  return {
    'session.state': () => ({ session: session.state, connection: connections.state }),
    'session.libraries': async () => ({ libraries: await session.libraries() }),
    'session.signIn': (credentials) =>
      session.signIn(credentials, () => {
        windows.closePatrons(false);
      }),
    'session.signOut': ({ discard }) => {
      windows.closePatrons(discard);
      return session.signOut();
    },

    'patrons.search': ({ query, offset, limit }) => patrons.search(query, offset, limit),
    'patrons.open': ({ patronId }) => {
      if (session.state.status !== 'signedIn') throw new Failure({ code: 'signedOut' });
      windows.showPatron(patronId);
      return {};
    },

    'patron.read': (_args, asker) => patrons.read(patronOf(asker)),
    'patron.notifications': async (_args, asker) => ({
      notifications: await patrons.notifications(patronOf(asker)),
    }),
    'patron.agreements': async (_args, asker) => ({ agreements: await patrons.agreements(patronOf(asker)) }),
    'patron.saveSection': ({ section, base, changes }, asker) =>
      patrons.saveSection(patronOf(asker), section, base, changes),
    'patron.setPin': async ({ pin }, asker) => {
      await patrons.setPin(patronOf(asker), pin);
      return {};
    },
    'patron.block': async ({ comment }, asker) => {
      permitted(BLOCK_PATRON);
      await patrons.block(patronOf(asker), comment);
      return {};
    },
    'patron.unblock': async ({ blocks, comment }, asker) => {
      permitted(BLOCK_PATRON);
      await patrons.unblock(patronOf(asker), blocks, comment);
      return {};
    },
    'patron.delete': async ({ tag }, asker) => {
      permitted(DELETE_PATRON);
      await patrons.delete(patronOf(asker), tag);
      return {};
    },
    'patron.downloadQuestions': () => {
      permitted(DOWNLOAD_PATRON_DATA);
      return download.questions();
    },
    'patron.download': async (args, asker) => {
      permitted(DOWNLOAD_PATRON_DATA);
      const patronId = patronOf(asker);
      // Nobody is there any more to get the file.
      const gone = () => {
        download.cancel(patronId);
      };
      asker.contents.once('destroyed', gone);
      try {
        return await download.download(patronId, args);
      } finally {
        asker.contents.removeListener('destroyed', gone);
      }
    },
    'patron.cancelDownload': (_args, asker) => {
      download.cancel(patronOf(asker));
      return {};
    },
    'patron.showFile': async ({ file }, asker) => {
      await download.show(patronOf(asker), file);
      return {};
    },
    'patron.deleteFile': async ({ file }, asker) => {
      await download.delete(patronOf(asker), file);
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

/** The patron that the asking window is bound to. The contract lets no other window ask; this holds it twice. */
function patronOf(asker: Asker): string {
  if (asker.kind !== 'patron') throw new Failure({ code: 'requestRefused' });
  return asker.patronId;
}
