// Opens an export: at the central server, or, where that can't be reached, from the desk's copy. Either way it is
// logged before anything of it is read.
import type { Clock } from '../../shared/clock.ts';
import { requestersFor, type Requester } from '../../shared/patron-data/requester.ts';
import type { WaitingAct } from '../../shared/patron-data/document.ts';
import type { OutboxAct } from '../cache/act.ts';
import type { Acts } from '../patrons/acts.ts';
import type { StaffSession } from '../session/staff-session.ts';
import { Failure, isFailure } from '../support/failure.ts';
import type { PatronDataExport } from './export.ts';
import { exportOfCopy, waitingActs, type CopyOfPatron } from './from-copy.ts';

/** The desk's own store, as far as an export needs it. */
export interface OwnStore {
  /** Undefined where the copy doesn't hold the patron. */
  patron(patronId: string): Promise<CopyOfPatron | undefined>;
  /** Acts of this desk on the patron that the server has not taken. */
  acts(patronId: string): Promise<OutboxAct[]>;
  /** Durable when it resolves: the export reaches the server's audit log once it is back. */
  logExport(patronId: string, requester: Requester, at: string): Promise<void>;
}

export interface OpenedExport {
  source: PatronDataExport;
  waiting: WaitingAct[];
}

export interface OpeningParts {
  session: StaffSession;
  acts: Acts;
  clock: Clock;
  /** Undefined where the desk keeps nothing. */
  ownStore: OwnStore | undefined;
}

export async function openExport(
  { session, acts, clock, ownStore }: OpeningParts,
  patronId: string,
  requester: Requester,
): Promise<OpenedExport> {
  const waiting = waitingActs((await ownStore?.acts(patronId)) ?? []);
  try {
    const source = await session.use((central) =>
      acts.perform([central.staff.id, patronId, 'download', requester], (act) =>
        central.exportPatronData(act, patronId, requester),
      ),
    );
    // The session may end between two pages: it is noticed as with any request.
    const page: PatronDataExport['page'] = (part, after) => session.use(() => source.page(part, after));
    return { source: { ...source, page }, waiting };
  } catch (thrown) {
    const copy = isFailure(thrown, 'serverAway', 'serverSlow') && (await ownStore?.patron(patronId));
    if (!ownStore || !copy) throw thrown;
    if (!requestersFor(copy.patron.ageGroup).includes(requester))
      throw new Failure({ code: 'invalid', fields: [{ field: 'requester', code: 'required' }] });
    const at = new Date(clock.now()).toISOString();
    await ownStore.logExport(patronId, requester, at);
    return { source: exportOfCopy(copy, at), waiting };
  }
}
