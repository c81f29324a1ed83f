// What time does at the server: things expire by the libraries' rules, and children grow up. Run at start and daily, by the
// known time.
import { dayIn } from '../shared/clock.ts';
import { ageGroupOn } from '../shared/library.ts';
import type { Attempts } from './acts/attempts.ts';
import type { Audit } from './audit.ts';
import type { Housekeeping } from './known-time.ts';
import type { Libraries } from './libraries.ts';
import type { Feed } from './patrons/feed.ts';
import type { Records } from './patrons/record.ts';
import type { Writing } from './patrons/writing.ts';
import { DAY, daysFrom, timeOf, type Clock } from './ports.ts';
import type { Sessions } from './sessions/sessions.ts';
import type { Store } from './store/store.ts';

export interface HousekeepingParts {
  store: Store;
  libraries: Libraries;
  records: Records;
  feed: Feed;
  writing: Writing;
  audit: Audit;
  attempts: Attempts;
  sessions: Sessions;
}

export function housekeep(parts: HousekeepingParts, { time, isRight }: Housekeeping): void {
  const { store, libraries, feed, audit, attempts, sessions } = parts;
  const known: Clock = { now: () => time };
  audit.expire(timeOf(known));
  sessions.forgetOld(time);
  if (isRight) sessions.forgetAhead(time);
  store.run('DELETE FROM block WHERE keep_until < ?', timeOf(known));
  const kept = libraries.names().map(({ id }) => libraries.get(id).retention);
  for (const { id } of libraries.names())
    feed.compact(id, daysFrom(known, -libraries.get(id).retention.deletions));
  if (kept.length > 0) attempts.forgetBefore(time - Math.max(...kept.map((r) => r.attempts)) * DAY);
  growUp(parts, known, isRight);
}

/** Longer than anybody is young. */
const GROWN_UP = 20 * 366 * DAY;

const AGES = ['child', 'youth', 'adult'];

interface Young {
  number: number;
  library: string;
  age_group: string;
  birth_date: string;
}

/**
 * An age group is part of the record: where a birthday changes it, the patron moves in the feed. Nobody young stays an
 * adult whom a clock made one that was ahead; but nobody gets younger by one that may be behind.
 */
function growUp(
  { store, libraries, records, writing, feed }: HousekeepingParts,
  known: Clock,
  isRight: boolean,
): void {
  const youngest = new Date(known.now() - GROWN_UP).toISOString();
  const young = store.rows<Young>(
    `SELECT number, library, age_group, field_values ->> 'birthDate' AS birth_date
     FROM patron JOIN patron_section ON patron = number AND section = 'personal'
     WHERE iif(json_valid(field_values), json_type(field_values, '$.birthDate') IN ('text', 'null')
       AND (age_group IN ('child', 'youth') OR age_group = 'adult' AND field_values ->> 'birthDate' > ?), 0)`,
    youngest,
  );
  const grown = young.filter(({ library, age_group, birth_date }) => {
    const group = ageGroupOn(birth_date, dayIn(known, libraries.get(library).timeZone));
    return group !== age_group && (isRight || AGES.indexOf(group) > AGES.indexOf(age_group));
  });
  store.together(() => {
    for (const { number, birth_date } of grown) {
      const patron = records.byNumber(number);
      if (patron && writing.setAgeGroup(patron, birth_date, known)) feed.moved(number);
    }
  });
}
