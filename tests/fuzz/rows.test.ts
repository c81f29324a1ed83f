// Rows in a desk's files as no version of this program wrote them: the desk starts, the other acts go out, the list can be
// shown, and the strange act is still there for somebody to look at.
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, expect, test } from 'vitest';
import { EncryptedFile } from '../../electron/cache/encrypted-file.ts';
import { FILES } from '../../electron/cache/open-store.ts';
import { sumOf } from '../../electron/cache/outbox.ts';
import { ACT_STATES } from '../../electron/cache/act.ts';
import { isFailure } from '../../electron/support/failure.ts';
import { testNetwork } from '../../server/testing/network.ts';
import { cut, Desk, DESK_KEY, goodLine } from '../sync/desk.ts';
import { bends, bentBody } from './bend.ts';
import { limits, patience } from './limits.ts';

const desks: Desk[] = [];
afterEach(async () => {
  for (const desk of desks.splice(0)) {
    await desk.end();
    desk.remove();
  }
});

/** What says which act it is, and whose: SQLite's own columns are made of it, and refuse any other. */
const KEPT = ['id', 'key', 'state', 'library', 'patronId', 'staff', 'wiped', 'confirmed'] as const;

function bendAct(folder: string, bend: (record: Record<string, unknown>) => unknown): void {
  const file = EncryptedFile.open(join(folder, FILES.outbox), DESK_KEY(), 'FULL');
  const [row] = file.rows<{ sequence: number; record: string }>('SELECT sequence, record FROM act LIMIT 1');
  if (!row) throw new Error('Nothing waits.');
  const whole = JSON.parse(row.record) as Record<string, unknown>;
  const kept = Object.fromEntries(KEPT.map((name) => [name, whole[name]]));
  const record = JSON.stringify({ ...(bend(whole) as object), ...kept });
  file.run('UPDATE act SET record = ?, sum = ? WHERE sequence = ?', record, sumOf(record), row.sequence);
  file.close();
}

test(
  'an act that this version can not read holds up no other, and stays',
  async () => {
    await fc.assert(
      fc.asyncProperty(bends, fc.boolean(), async (bend, edit) => {
        const network = testNetwork();
        const colleague = await network.signIn('north', 'lead');
        const [patron, other] = [await colleague.register(), await colleague.register()];
        const desk = new Desk({ central: () => network.central, clock: network.clock });
        desks.push(await desk.start());
        await desk.signIn();
        desk.line.asked = cut;
        const base = structuredClone(patron.sections.note);
        if (edit) await desk.parts.patrons.saveSection(patron.id, 'note', base, { staffNote: 'strange' });
        else await desk.parts.patrons.block(patron.id, 'strange');
        await desk.parts.patrons.block(other.id, 'plain');
        await desk.crash();
        bendAct(desk.folder, (record) => bentBody(record, bend));
        desk.line = goodLine();
        await desk.start();
        await desk.signIn();
        await desk.sync();
        expect(desk.troubles.filter((thrown) => !isFailure(thrown))).toEqual([]);
        expect((await colleague.patron(other.id)).blocks.map(({ comment }) => comment)).toEqual(['plain']);
        expect(await desk.store.acts([...ACT_STATES])).toHaveLength(2);
        expect(await desk.parts.deskActs.list()).toHaveLength(2);
        await desk.end();
        desk.remove();
        desks.pop();
      }),
      limits(12),
    );
  },
  patience,
);
