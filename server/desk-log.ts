// Acts that only leave a trace: the export of a patron's data, and looks and exports that a desk made from its copy.
import { dayIn } from '../shared/clock.ts';
import type { ActContext, ActHandlers } from './acts/handlers.ts';
import { ageGroupOn } from '../shared/library.ts';
import { requestersFor, type Requester } from '../shared/patron-data/requester.ts';
import { FROM_SERVER, handedOverBy, saidToBeOf, type Audit } from './audit.ts';
import type { Libraries } from './libraries.ts';
import { at, granted, invalid, refused } from './outcome.ts';
import type { PatronData } from './patron-data.ts';
import type { Records } from './patrons/record.ts';
import { timeOf, type Clock } from './ports.ts';
import type { Sessions } from './sessions/sessions.ts';
import type { StaffAccounts } from './sessions/staff.ts';

/**
 * One member of staff at one desk: colleagues at other desks may share the account. Nobody opens so many; what a desk
 * kept through days without the line, or hands over again after a restore, waits there for the next hour.
 */
const MOST_AN_HOUR = 5_000;
/** At all desks together: which one it is, is only said. */
const MOST_OF_ACCOUNT = 20_000;
const HOUR = 3_600_000;

export interface DeskLogParts {
  clock: Clock;
  libraries: Libraries;
  records: Records;
  audit: Audit;
  patronData: PatronData;
  staff: StaffAccounts;
  sessions: Sessions;
}

export function deskLog(parts: DeskLogParts): Pick<ActHandlers, 'exportPatronData' | 'logEvents'> {
  const { clock, libraries, records, audit, patronData, staff, sessions } = parts;
  /**
   * Staff whose sessions have ended leave theirs to whoever works at that desk next. What this server can't vouch for,
   * because they never worked at that desk before, or it was restored from before they did, is logged in the name of whoever
   * hands it over: nothing is left out, and nobody's name is used.
   */
  const whose = (
    { asker }: ActContext,
    named: string | undefined,
    time: string,
  ): { id: string; by: string } => {
    const own = { id: asker.staff.id, by: '' };
    const id = named?.toLowerCase() ?? own.id;
    if (id === own.id) return own;
    const account = staff.byId(id);
    const colleague = account?.library === asker.staff.library ? account : undefined;
    if (colleague && sessions.workedAt(asker.desk, id, Date.parse(time)))
      return { id, by: handedOverBy(asker.staff.username) };
    return { ...own, by: saidToBeOf(colleague?.username) };
  };
  /** How many were taken since the hour began, by who handed them over where. */
  let hour = { began: -Infinity, taken: new Map<string, number>() };
  return {
    exportPatronData(context, { patronId }, { requester }) {
      const { library, id } = context.asker.staff;
      const found = records.find(library, patronId);
      if (!found.ok) return found;
      // By today's age: the record's moves with the next housekeeping.
      const { birthDate } = records.section(found.value, 'personal').values;
      const today = dayIn(clock, libraries.get(library).timeZone);
      if (!requestersFor(ageGroupOn(birthDate, today)).includes(requester))
        return invalid([at('requester', 'required')]);
      // The act's id is the entry's too: a repeat adds none, nor does the desk's own note of it.
      const detail = madeFrom(FROM_SERVER, requester);
      audit.log({ id: context.act, library, patronId, staff: id, kind: 'exported', detail });
      // An id under which something else was logged before, or for somebody else, would leave no trace of this.
      if (audit.exportOf(context.act, { library, patronId, staff: id }) !== detail)
        return refused('key-reused');
      return granted({ exportId: context.act, ...patronData.begin(found.value) });
    },

    logEvents(context, _params, { events }) {
      const { staff: asking, desk } = context.asker;
      const { library } = asking;
      const now = timeOf(clock);
      if (Math.abs(clock.now() - hour.began) >= HOUR) hour = { began: clock.now(), taken: new Map() };
      const counted: [string, number][] = [
        [`${asking.id} ${desk}`, MOST_AN_HOUR],
        [asking.id, MOST_OF_ACCOUNT],
      ];
      const taken = (who: string) => hour.taken.get(who) ?? 0;
      if (counted.some(([who, most]) => taken(who) + events.length > most))
        return refused('too-many', { retryAt: new Date(hour.began + HOUR).toISOString() });
      const added = events.filter(({ id, kind, patronId: raw, at: time, staff: named, requester }) => {
        const patronId = raw.toLowerCase();
        const acted = new Date(time).toISOString();
        const who = whose(context, named, time);
        if (records.isOfAnother(library, patronId)) return false;
        return audit.log({
          id: id.toLowerCase(),
          library,
          patronId,
          staff: who.id,
          kind,
          at: acted < now ? acted : now,
          detail: madeFrom('copy', requester) + who.by,
        });
      });
      for (const [who] of counted) hour.taken.set(who, taken(who) + added.length);
      return granted({ logged: added.length });
    },
  };
}

/** Where a look or an export was made from, and who asked for it, where staff were asked. */
const madeFrom = (from: typeof FROM_SERVER | 'copy', requester: Requester = 'unchecked') =>
  requester === 'unchecked' ? from : `${from}: ${requester}`;
