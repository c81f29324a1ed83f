// 8: every look and every export made at a desk is in the audit log, once.
import type { World } from '../world.ts';
import { RETENTION } from '../templates.ts';

const DAY = 86_400_000;

interface AuditRow {
  id: string;
  patron_id: string;
  staff: string;
  kind: string;
  detail: string;
}

export function logged({ ledger, server, time }: World): string[] {
  const rows =
    server.central?.parts.store.rows<AuditRow>('SELECT id, patron_id, staff, kind, detail FROM audit') ?? [];
  const since = time.now() - RETENTION.audit * DAY;
  const wrong: string[] = [];
  for (const { event, at } of ledger.logEvents.values()) {
    const entry = rows.find(({ id }) => id === event.id);
    if (!entry && at > since) wrong.push(`not in the audit log: ${JSON.stringify(event)}`);
    // A server that was restored from before they worked here leaves it to whoever says so.
    const isTheirs =
      entry?.staff === event.staff.id || entry?.detail.endsWith(`, said to be of ${event.staff.username}`);
    if (entry && (!isTheirs || entry.patron_id !== event.patronId))
      wrong.push(`in the audit log under another name: ${JSON.stringify(event)}`);
  }
  const exportsOf = (patronId: string) => ({
    told: ledger.exported.filter((one) => one.patronId === patronId).length,
    pressed: ledger.exports.filter((one) => one.patronId === patronId).length,
    noted: [...ledger.logEvents.values()].filter(
      ({ event }) => event.kind === 'exported' && event.patronId === patronId,
    ).length,
    logged: rows.filter((row) => row.kind === 'exported' && row.patron_id === patronId).length,
  });
  for (const patronId of new Set(ledger.exports.map((one) => one.patronId))) {
    const { told, pressed, noted, logged } = exportsOf(patronId);
    if (noted < told || logged > pressed)
      wrong.push(
        `${pressed} exports of ${patronId}, ${told} told, ${noted} noted, ${logged} in the audit log`,
      );
  }
  return wrong;
}
