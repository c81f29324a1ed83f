// Histories that once found a mistake, planted or our own: they are tried first, whatever the seed.
import type { Step } from './history-steps.ts';

/** An edit arrived, its answer was lost, and a colleague put the old value back: sending it again would undo that. */
const undone: Step[] = [
  { kind: 'edit', desk: 1, patron: 0, field: 'givenName' },
  { kind: 'line', desk: 0, state: 'losesAnswers' },
  { kind: 'colleague', patron: 1, field: 'familyName', back: false },
  { kind: 'line', desk: 1, state: 'losesAnswers' },
  { kind: 'sync', desk: 0 },
  { kind: 'edit', desk: 1, patron: 1, field: 'givenName' },
  { kind: 'colleague', patron: 1, field: 'familyName', back: false },
  { kind: 'line', desk: 0, state: 'good' },
  { kind: 'edit', desk: 1, patron: 1, field: 'givenName' },
  { kind: 'block', desk: 0, patron: 1 },
  { kind: 'colleague', patron: 1, field: 'givenName', back: true },
  { kind: 'line', desk: 1, state: 'losesAnswers' },
  { kind: 'colleague', patron: 0, field: 'givenName', back: false },
  { kind: 'unblock', desk: 0, patron: 0 },
  { kind: 'colleague', patron: 1, field: 'familyName', back: true },
  { kind: 'colleague', patron: 0, field: 'givenName', back: false },
  { kind: 'edit', desk: 1, patron: 1, field: 'familyName' },
  { kind: 'sync', desk: 1 },
  { kind: 'line', desk: 0, state: 'losesAnswers' },
  { kind: 'line', desk: 1, state: 'dropsRequests' },
  { kind: 'line', desk: 1, state: 'good' },
];

export const FOUND: [Step[]][] = [[undone]];
