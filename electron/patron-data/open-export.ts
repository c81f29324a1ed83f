// Opens an export: at the central server, or, where that can't be asked, from the desk's copy. Either way it is logged
// before anything of it is read, and once: a server that took the act but whose answer was lost knows it by its id.
import { dayIn, type Clock } from '../../shared/clock.ts';
import { ageGroupOn } from '../../shared/library.ts';
import { requestersFor, type Requester } from '../../shared/patron-data/requester.ts';
import type { WaitingAct } from '../../shared/patron-data/document.ts';
import { isSomebodyElse, nameOf, registeredAs, type Patron } from '../../shared/patrons/patron.ts';
import { isDoneTo } from '../cache/act.ts';
import { readCopy } from '../cache/copy-view.ts';
import type { DeskStore } from '../cache/desk-store.ts';
import { isSameStaff, type Act } from '../central/central-server.ts';
import type { Acts } from '../patrons/acts.ts';
import type { Present } from '../session/offline-sign-in.ts';
import { isLineFailure, type StaffSession } from '../session/staff-session.ts';
import { Failure, isFailure } from '../support/failure.ts';
import type { PatronDataExport } from './export.ts';
import { exportOfCopy, waitingActs } from './from-copy.ts';

export interface OpenedExport {
  source: PatronDataExport;
  waiting: WaitingAct[];
}

export interface OpeningParts {
  session: StaffSession;
  acts: Acts;
  store: DeskStore;
  clock: Clock;
}

export async function openExport(
  parts: OpeningParts,
  patronId: string,
  requester: Requester,
): Promise<OpenedExport> {
  const { session, acts, store } = parts;
  const present = session.require();
  const { library, staff } = present;
  const view = await readCopy(store, present, () => store.patron(library.id, patronId));
  const unsettled = await store.unsettledOn(library.id, patronId);
  const source = await acts.perform(`download ${patronId}`, [staff.id, requester], async (act) => {
    try {
      return await fromServer(parts, present, act, patronId, requester);
    } catch (thrown) {
      // Nothing else in the request can be wrong.
      if (isFailure(thrown, 'invalid')) throw new Failure({ code: 'requesterMissing' }, thrown.cause);
      if (!view || !(isLineFailure(thrown) || isFailure(thrown, 'needsServer'))) throw thrown;
      return fromCopy(parts, present, act, view.patron, requester);
    }
  });
  const { createdAt, personal } = source.head.patron;
  const registered = { name: nameOf(personal), createdAt };
  // The window shows whom the copy holds: nobody is handed the data of whoever has that id now.
  if (view && isSomebodyElse(registeredAs(view.patron), registered))
    throw new Failure({ code: 'patronGone' }, 'registered at another time');
  return { source, waiting: waitingActs(unsettled.filter(isDoneTo(registered))) };
}

async function fromServer(
  parts: OpeningParts,
  present: Present,
  act: Act,
  patronId: string,
  requester: Requester,
): Promise<PatronDataExport> {
  const { session, store } = parts;
  const { epoch } = await store.pullState(present.library.id);
  if (epoch === null) throw new Failure({ code: 'needsServer' });
  const { central: its } = session;
  const source = await session.use(
    (central) => central.exportPatronData(act, epoch, patronId, requester),
    present,
  );
  // The server has logged it; should it be restored from before that, it hears of it again.
  await log(parts, present, act.id, patronId, requester, act.at);
  return {
    ...source,
    page: async (part, after) => {
      // Who has signed in again is in another session: that this one has ended is no news of it.
      if (session.central && session.central !== its) throw new Failure({ code: 'signedOut' });
      // The session may end between two pages: it is noticed as with any request.
      return session.use(() => source.page(part, after));
    },
  };
}

async function fromCopy(
  parts: OpeningParts,
  present: Present,
  act: Act,
  patron: Patron,
  requester: Requester,
): Promise<PatronDataExport> {
  const { session, store, clock } = parts;
  const { library, capabilities } = present;
  // The copy may be from before a birthday: who was a youth in it may be an adult, whose guardian has no say any more.
  const now = clock.now() + session.clockDistance;
  const today = dayIn({ now: () => now }, library.timeZone);
  const groups = [patron.ageGroup, ageGroupOn(patron.sections.personal.values.birthDate, today)];
  if (!groups.every((group) => requestersFor(group).includes(requester)))
    throw new Failure({ code: 'requesterMissing' });
  const { syncedAt: asOf } = await store.pullState(library.id);
  // What takes long may end when somebody else has signed in.
  if (!isSameStaff(session.require(), present)) throw new Failure({ code: 'signedOut' });
  const at = new Date(now).toISOString();
  await log(parts, present, act.id, patron.id, requester, at);
  return exportOfCopy({ patron, library, asOf, leftOut: capabilities.leftOut }, at);
}

/** Reaches the server's audit log with the next pull, or once the line is back. */
async function log(
  { store }: OpeningParts,
  { library, staff }: Present,
  id: string,
  patronId: string,
  requester: Requester,
  at: string,
) {
  await store.appendLogEvent({ id, kind: 'exported', library: library.id, patronId, staff, at, requester });
}
