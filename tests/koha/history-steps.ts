// What can happen in a random history.
import fc from 'fast-check';

/** Our fields that are edited, and Koha's that hold them. */
export const FIELDS = { givenName: 'firstname', familyName: 'surname' } as const;
export type FieldName = keyof typeof FIELDS;

const field = fc.constantFrom<FieldName>('givenName', 'familyName');
const desk = fc.nat(1);
const patron = fc.nat(1);
export const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('edit' as const), desk, patron, field }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('block' as const), desk, patron }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('unblock' as const), desk, patron }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('colleague' as const), patron, field, back: fc.boolean() }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('line' as const),
      desk,
      state: fc.constantFrom('good' as const, 'dropsRequests' as const, 'losesAnswers' as const),
    }),
  },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('sync' as const), desk }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('restart' as const), desk }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('pass' as const), seconds: fc.nat(90) }) },
);
export type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;
