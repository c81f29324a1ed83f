// Opens an export: at the central server, or, where that can't be asked, from the desk's copy. Either way it is logged
// before anything of it is read.
import type { Clock } from '../../shared/clock.ts';
import { requestersFor, type Requester } from '../../shared/patron-data/requester.ts';
import type { WaitingAct } from '../../shared/patron-data/document.ts';
import type { DeskStore } from '../cache/desk-store.ts';
import type { Acts } from '../patrons/acts.ts';
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
  const { session, store } = parts;
  const { library } = session.require();
  const view = await store.patron(library.id, patronId);
  const waiting = waitingActs(view?.acts ?? []);
  try {
    return { source: await fromServer(parts, patronId, requester), waiting };
  } catch (thrown) {
    // Nothing else in the request can be wrong.
    if (isFailure(thrown, 'invalid')) throw new Failure({ code: 'requesterMissing' }, thrown.cause);
    if (!view || !(isLineFailure(thrown) || isFailure(thrown, 'needsServer'))) throw thrown;
    return { source: await fromCopy(parts, view.patron, requester), waiting };
  }
}

async function fromServer(
  { session, acts, store }: OpeningParts,
  patronId: string,
  requester: Requester,
): Promise<PatronDataExport> {
  const { epoch } = await store.pullState(session.require().library.id);
  if (epoch === null) throw new Failure({ code: 'needsServer' });
  const source = await session.use((central) =>
    acts.perform([central.staff.id, patronId, 'download', requester], (act) =>
      central.exportPatronData(act, epoch, patronId, requester),
    ),
  );
  // The session may end between two pages: it is noticed as with any request.
  return { ...source, page: (part, after) => session.use(() => source.page(part, after)) };
}

async function fromCopy(
  { session, acts, store, clock }: OpeningParts,
  patron: Parameters<typeof exportOfCopy>[0]['patron'],
  requester: Requester,
): Promise<PatronDataExport> {
  const { library, staff } = session.require();
  if (!requestersFor(patron.ageGroup).includes(requester)) throw new Failure({ code: 'requesterMissing' });
  const { syncedAt: asOf } = await store.pullState(library.id);
  const at = new Date(clock.now() + (session.central?.clockDistance ?? 0)).toISOString();
  const patronId = patron.id;
  // It reaches the server's audit log once the line is back.
  await store.appendLogEvent({
    ...{ id: acts.newId(), kind: 'exported', library: library.id, patronId, staff, at, requester },
  });
  return exportOfCopy({ patron, library, asOf }, at);
}
