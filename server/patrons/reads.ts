// What staff read of patrons. Each look at one patron's record is written to the audit log.
import type { EndpointAnswer, EndpointName } from '../../shared/central/contract.ts';
import type { Params, Query } from '../acts/handlers.ts';
import type { Attempts } from '../acts/attempts.ts';
import type { Audit } from '../audit.ts';
import { placeOf, type PatronDataParts } from '../patron-data-parts.ts';
import { granted, refused, type Outcome } from '../outcome.ts';
import type { Asker } from '../sessions/sessions.ts';
import type { Feed } from './feed.ts';
import type { PatronRow, Records } from './record.ts';
import { standingOf } from './standing.ts';

export type ReadName =
  | 'patron'
  | 'standing'
  | 'notifications'
  | 'agreements'
  | 'section'
  | 'patronDataPart'
  | 'audit'
  | 'act'
  | 'snapshot'
  | 'changes';

export type ReadHandlers = {
  [N in ReadName & EndpointName]: (
    asker: Asker,
    params: Params<N>,
    query: Query<N>,
  ) => Outcome<EndpointAnswer<N>>;
};

export interface ReadParts {
  records: Records;
  feed: Feed;
  audit: Audit;
  attempts: Attempts;
  longParts: PatronDataParts;
}

export function patronReads({ records, feed, audit, attempts, longParts }: ReadParts): ReadHandlers {
  const find = (asker: Asker, patronId: string) => records.find(asker.staff.library, patronId);

  /** Shows something of one patron, and writes down that it was looked at. */
  const look = <T>(
    asker: Asker,
    patronId: string,
    what: string,
    show: (patron: PatronRow) => Outcome<T>,
  ): Outcome<T> => {
    const found = find(asker, patronId);
    if (!found.ok) return found;
    const { library, id } = asker.staff;
    audit.log({ library, patronId, staff: id, kind: 'looked', detail: what });
    return show(found.value);
  };

  return {
    patron(asker, { patronId }, { again }) {
      const show = (patron: PatronRow) => granted(records.whole(patron), records.tag(patron));
      const seen = again === '1' && audit.lookedLately(asker.staff, patronId);
      if (!seen) return look(asker, patronId, 'record', show);
      const found = find(asker, patronId);
      return found.ok ? show(found.value) : found;
    },

    standing(asker, { patronId }) {
      const found = find(asker, patronId);
      return found.ok ? granted(standingOf(records, found.value)) : found;
    },

    notifications: (asker, { patronId }) =>
      look(asker, patronId, 'notifications', (patron) =>
        granted({ notifications: records.notifications(patron) }),
      ),

    agreements: (asker, { patronId }) =>
      look(asker, patronId, 'agreements', (patron) => granted({ agreements: records.agreements(patron) })),

    section: (asker, { patronId, section }) =>
      look(asker, patronId, section, (patron) => {
        const tagged = records.taggedValues(patron, section);
        return granted(tagged, tagged.tag);
      }),

    patronDataPart(asker, { patronId, exportId, part }, { upTo, after, limit }) {
      const { library, id: staff } = asker.staff;
      const found = find(asker, patronId);
      if (!found.ok) return found;
      if (audit.exportOf(exportId, { library, patronId, staff }) === undefined) return refused('not-found');
      return longParts.page(found.value, part, { upTo, after, limit });
    },

    audit(asker, { patronId }, { after, limit }) {
      const { library } = asker.staff;
      const place = after === undefined ? undefined : placeOf(after, 'id');
      if (after !== undefined && !place) return refused('bad-request', { detail: 'after' });
      const known = records.find(library, patronId).ok || records.wasDeleted(library, patronId);
      const entries = audit.entries(library, patronId, { place, limit: limit + 1 });
      if (!known && entries.length === 0) return refused('not-found');
      const last = entries.length > limit ? entries[limit - 1] : undefined;
      return granted({ entries: entries.slice(0, limit), next: last ? `${last.at} ${last.id}` : null });
    },

    act(asker, { key }) {
      const attempt = attempts.find(key);
      const own = attempt?.staff === asker.staff.id && asker.maySend(attempt.act);
      if (!attempt || !own) return refused('not-found');
      return granted({
        status: attempt.status,
        body: JSON.parse(attempt.body ?? 'null') as EndpointAnswer<'act'>['body'],
      });
    },

    snapshot: (asker, _params, query) => granted(feed.snapshot(asker.staff.library, query)),

    changes: (asker, _params, query) => feed.changes(asker.staff.library, query),
  };
}
