// Acts that only leave a trace: the export of a patron's data, and looks and exports that a desk made from its copy.
import type { ActContext, ActHandlers } from './acts/handlers.ts';
import { requestersFor, type Requester } from '../shared/patron-data/requester.ts';
import type { Audit } from './audit.ts';
import { at, granted, invalid } from './outcome.ts';
import type { PatronData } from './patron-data.ts';
import type { Records } from './patrons/record.ts';
import { timeOf, type Clock } from './ports.ts';

export function deskLog(
  clock: Clock,
  records: Records,
  audit: Audit,
  patronData: PatronData,
): Pick<ActHandlers, 'exportPatronData' | 'logEvents'> {
  /** Only of this library's patrons, those deleted meanwhile included. */
  const isOwn = (context: ActContext, patronId: string) => {
    const { library } = context.asker.staff;
    return records.find(library, patronId).ok || records.wasDeleted(library, patronId);
  };
  return {
    exportPatronData(context, { patronId }, { requester }) {
      const { library, id: staff } = context.asker.staff;
      const found = records.find(library, patronId);
      if (!found.ok) return found;
      if (!requestersFor(found.value.age_group).includes(requester))
        return invalid([at('requester', 'required')]);
      // The act's id is the entry's too: a repeat adds none.
      const detail = exportDetail('server', requester);
      audit.log({ id: context.act, library, patronId, staff, kind: 'exported', detail });
      return granted({ exportId: context.act, ...patronData.begin(found.value) });
    },

    logEvents(context, _params, { events }) {
      const { library, id: staff } = context.asker.staff;
      const now = timeOf(clock);
      const added = events.filter(({ id, kind, patronId: raw, at: time, requester }) => {
        const patronId = raw.toLowerCase();
        const acted = new Date(time).toISOString();
        return (
          isOwn(context, patronId) &&
          audit.log({
            id: id.toLowerCase(),
            library,
            patronId,
            staff,
            kind,
            at: acted < now ? acted : now,
            detail: exportDetail('copy', requester),
          })
        );
      });
      return granted({ logged: added.length });
    },
  };
}

/** Where an export was made, and who asked for it, where staff were asked. */
const exportDetail = (from: 'server' | 'copy', requester: Requester = 'unchecked') =>
  requester === 'unchecked' ? from : `${from}: ${requester}`;
