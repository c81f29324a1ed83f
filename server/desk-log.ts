// Acts that only leave a trace: the export of a patron's data, and looks and exports that a desk made from its copy.
import type { ActContext, ActHandlers } from './acts/handlers.ts';
import type { Audit } from './audit.ts';
import { granted } from './outcome.ts';
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
    exportPatronData(context, { patronId }) {
      const { library, id } = context.asker.staff;
      const found = records.find(library, patronId);
      if (!found.ok) return found;
      if (!context.repeated) audit.log({ library, patronId, staff: id, kind: 'exported', detail: 'server' });
      return granted(patronData.compile(found.value));
    },

    logEvents(context, _params, { events }) {
      const { library, id: staff } = context.asker.staff;
      const now = timeOf(clock);
      const added = events.filter(({ id, kind, patronId: raw, at }) => {
        const patronId = raw.toLowerCase();
        const acted = new Date(at).toISOString();
        return (
          isOwn(context, patronId) &&
          audit.log({
            id: id.toLowerCase(),
            library,
            patronId,
            staff,
            kind,
            at: acted < now ? acted : now,
            detail: 'copy',
          })
        );
      });
      return granted({ logged: added.length });
    },
  };
}
