import fc from 'fast-check';
import { expect, test } from 'vitest';
import { patronSchema } from '../../shared/patrons/patron.ts';
import { SECTIONS } from '../../shared/patrons/sections.ts';
import type { Deed, OutboxAct } from './act.ts';
import { isLaidOver, overlay } from './overlay.ts';
import { actOf, AT, deskIdOf, EPOCH, idOf, patronOf } from './testing.ts';

const BLOCKS = [1, 2, 3].map((n) => ({
  id: idOf(900 + n),
  comment: `c${n}`,
  blockedAt: AT,
  blockedBy: 'Bo',
}));
const patron = patronOf(1, { blocks: BLOCKS });

const deedArbitrary: fc.Arbitrary<Deed> = fc.oneof(
  fc.record({
    kind: fc.constant('saveSection' as const),
    section: fc.constantFrom('personal' as const, 'note' as const, 'address' as const),
    base: fc.constant({ values: {}, tag: 'x' }),
    changes: fc.dictionary(
      fc.constantFrom('familyName', 'staffNote', 'town', 'birthDate', 'nonsense'),
      fc.oneof(fc.string({ maxLength: 12 }), fc.constant(null), fc.integer()),
      { noNullPrototype: true },
    ),
  }),
  fc.record({ kind: fc.constant('block' as const), comment: fc.string({ minLength: 1, maxLength: 20 }) }),
  fc.record({
    kind: fc.constant('unblock' as const),
    blocks: fc.subarray([...BLOCKS.map(({ id }) => id), deskIdOf(0), deskIdOf(1)], { minLength: 1 }),
    comment: fc.constant('Paid'),
  }),
);
const actsArbitrary = fc
  .array(deedArbitrary, { maxLength: 8 })
  .map((deeds) =>
    deeds.map((deed, n): OutboxAct => ({ ...actOf(n, 1, deed), sequence: n + 1, wiped: false })),
  );

test('whatever is laid over, a patron that passes the schema comes out, and the shadow stays as it was', () => {
  fc.assert(
    fc.property(actsArbitrary, (acts) => {
      const before = structuredClone(patron);
      const shown = overlay(patron, acts);
      expect(patronSchema.parse(shown)).toEqual(shown);
      expect(patron).toEqual(before);
      // A tag is a version of the server's: what was laid over is none.
      for (const section of SECTIONS)
        if (shown.sections[section].tag === patron.sections[section].tag)
          expect(shown.sections[section]).toEqual(patron.sections[section]);
    }),
  );
});

test('the order in which acts are handed in makes no difference, only their sequence', () => {
  fc.assert(
    fc.property(actsArbitrary, (acts) => {
      expect(overlay(patron, acts.toReversed())).toEqual(overlay(patron, acts));
    }),
  );
});

test('laying over what the copy already holds changes nothing', () => {
  fc.assert(
    fc.property(actsArbitrary, (acts) => {
      // An unblock may lift what a later repeat of its block would bring back; the copy has both or neither.
      const once = overlay(patron, acts);
      const edits = acts.filter(({ deed }) => deed.kind === 'saveSection');
      expect(overlay(once, edits)).toEqual(once);
    }),
  );
});

test('the last of several edits of a field is shown, and a merge instead of what was typed', () => {
  const edit = (n: number, changes: Record<string, string>, told: Partial<OutboxAct> = {}): OutboxAct => ({
    ...actOf(n, 1, { kind: 'saveSection', section: 'address', base: { values: {}, tag: 'x' }, changes }),
    sequence: n,
    wiped: false,
    ...told,
  });
  const acts = [edit(2, { town: 'Forshaga' }), edit(1, { town: 'Kil', line1: 'Vägen 1' })];
  expect(overlay(patron, acts).sections.address.values).toMatchObject({ town: 'Forshaga', line1: 'Vägen 1' });
  const merged = edit(3, { town: 'Kil', line1: 'Gatan 2' }, { changes: { line1: 'Gatan 2' } });
  expect(overlay(patron, [merged]).sections.address.values).toMatchObject({ town: '', line1: 'Gatan 2' });
});

test('which acts are laid over', () => {
  const at = { epoch: EPOCH, position: 10 };
  const act = (told: Partial<OutboxAct>): OutboxAct => ({
    ...actOf(1, 1, { kind: 'block', comment: 'x' }),
    sequence: 1,
    wiped: false,
    ...told,
  });
  const confirmed = (head: number, epoch = EPOCH) =>
    act({ state: 'confirmed', confirmed: { epoch, head, at: AT } });
  expect(isLaidOver(act({}), at)).toBe(true);
  expect(isLaidOver(act({ state: 'sent' }), undefined)).toBe(true);
  for (const state of ['conflict', 'refused', 'withdrawn'] as const)
    expect(isLaidOver(act({ state }), at)).toBe(false);
  expect(isLaidOver(confirmed(11), at)).toBe(true);
  expect(isLaidOver(confirmed(10), at)).toBe(false);
  expect(isLaidOver(confirmed(10, 'epoch-0'), at)).toBe(true);
  // It was done to a deleted patron, whose id another one may have by now.
  expect(isLaidOver({ ...confirmed(11), wiped: true }, at)).toBe(false);
});
