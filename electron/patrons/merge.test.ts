import fc from 'fast-check';
import { expect, test } from 'vitest';
import { mergeEdit } from './merge.ts';

const fields = ['town', 'postcode', 'line1', 'phones'] as const;
const values = fc.record(
  Object.fromEntries(fields.map((field) => [field, fc.constantFrom('a', 'b', 'c', ['a', 'b'])])),
);

test('a field that only staff here changed goes out, one that only the other desk changed stays', () => {
  const merge = mergeEdit(
    { town: 'Lund', postcode: '1' },
    { town: 'Malmö' },
    { town: 'Lund', postcode: '2' },
  );
  expect(merge).toEqual({ changes: { town: 'Malmö' }, conflicts: [] });
});

test('the same field changed on both sides is a conflict that shows all three values', () => {
  const merge = mergeEdit({ phones: ['1'] }, { phones: ['2'] }, { phones: ['3'] });
  expect(merge).toEqual({
    changes: {},
    conflicts: [{ field: 'phones', base: ['1'], mine: ['2'], theirs: ['3'] }],
  });
});

test('the same new value on both sides is no conflict', () => {
  expect(mergeEdit({ phones: ['1'] }, { phones: ['2'] }, { phones: ['2'] })).toEqual({
    changes: {},
    conflicts: [],
  });
});

test('whatever two desks change, no value of either is overwritten without a conflict', () => {
  fc.assert(
    fc.property(values, values, values, (base, mine, theirs) => {
      const changes = Object.fromEntries(
        fields.filter((f) => mine[f] !== base[f]).map((f) => [f, mine[f] ?? null]),
      );
      const merge = mergeEdit(base, changes, theirs);
      for (const field of fields) {
        const changedHere = Object.hasOwn(changes, field);
        const conflict = merge.conflicts.some((c) => c.field === field);
        const sent = Object.hasOwn(merge.changes, field);
        const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);
        if (sent) expect(same(theirs[field], base[field])).toBe(true);
        if (changedHere && !sent && !conflict) expect(same(theirs[field], changes[field])).toBe(true);
        if (!changedHere) expect(sent || conflict).toBe(false);
      }
    }),
  );
});
