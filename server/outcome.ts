// Errors are values: what the server's logic answers is a value, or a problem of the contract.
import { PROBLEMS, problemType, type Problem, type ProblemName } from '../shared/central/problems.ts';
import type { FieldCode, FieldIssue } from '../shared/patrons/sections.ts';

export interface Granted<T> {
  ok: true;
  value: T;
  /** Goes out as ETag. */
  tag?: string;
}
export interface Refused {
  ok: false;
  name: ProblemName;
  problem: Problem;
}
export type Outcome<T> = Granted<T> | Refused;

export const granted = <T>(value: T, tag?: string): Granted<T> =>
  tag === undefined ? { ok: true, value } : { ok: true, value, tag };

export type ProblemExtras = Partial<Omit<Problem, 'type' | 'title' | 'status'>>;

export function refused(name: ProblemName, extras: ProblemExtras = {}): Refused {
  const { status, title } = PROBLEMS[name];
  return { ok: false, name, problem: { type: problemType(name), title, status, ...extras } };
}

/** More than any window of ours could get wrong: answers are kept, and shall be no larger than what was asked. */
const MOST_ISSUES = 100;
export const invalid = (fields: FieldIssue[]): Refused =>
  refused('invalid', { fields: fields.slice(0, MOST_ISSUES) });

/** One issue at one field. */
export const at = (field: string, code: FieldCode): FieldIssue => ({ field, code });

/** What goes over the line: a status, a body, and the tag of what it shows. */
export interface Answer {
  status: number;
  body: unknown;
  tag?: string;
}

export const asAnswer = (refusal: Refused): Answer => ({
  status: refusal.problem.status,
  body: refusal.problem,
});
