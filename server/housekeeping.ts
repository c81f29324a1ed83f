// What time does at the server: things expire by the libraries' rules, and children grow up. Run at start and daily.
import type { Attempts } from './acts/attempts.ts';
import type { Audit } from './audit.ts';
import type { Libraries } from './libraries.ts';
import type { Feed } from './patrons/feed.ts';
import type { PatronRow, Records } from './patrons/record.ts';
import type { Writing } from './patrons/writing.ts';
import { DAY, timeOf, type Clock } from './ports.ts';
import type { Sessions } from './sessions/sessions.ts';
import type { Store } from './store/store.ts';

export interface HousekeepingParts {
  store: Store;
  clock: Clock;
  libraries: Libraries;
  records: Records;
  feed: Feed;
  writing: Writing;
  audit: Audit;
  attempts: Attempts;
  sessions: Sessions;
}

export function housekeep(parts: HousekeepingParts): void {
  const { store, clock, libraries, feed, audit, attempts, sessions } = parts;
  audit.expire();
  sessions.forgetOld();
  store.run('DELETE FROM block WHERE keep_until < ?', timeOf(clock));
  const kept = libraries.names().map(({ id }) => libraries.get(id).retention);
  for (const { id } of libraries.names()) feed.compact(id, libraries.get(id).retention.deletions);
  if (kept.length > 0) attempts.forgetBefore(clock.now() - Math.max(...kept.map((r) => r.attempts)) * DAY);
  growUp(parts);
}

/** An age group is part of the record: where a birthday changes it, the patron moves in the feed. */
function growUp({ store, records, writing, feed }: HousekeepingParts): void {
  const growing = store.rows<PatronRow>("SELECT * FROM patron WHERE age_group IN ('child', 'youth')");
  store.together(() => {
    for (const patron of growing)
      if (writing.setAgeGroup(patron, records.section(patron, 'personal').values.birthDate))
        feed.moved(patron.number);
  });
}
