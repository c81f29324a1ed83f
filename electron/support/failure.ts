// A failure that staff are told of: thrown anywhere in main, turned into a Result by the gate.
import type { DeskError } from '../../shared/ipc/errors.ts';

export class Failure extends Error {
  override readonly name = 'Failure';
  readonly error: Omit<DeskError, 'reference'>;

  /** `because` is for the log only: what was thrown, or a name of ours. Never a patron's data. */
  constructor(error: Omit<DeskError, 'reference'>, because?: unknown) {
    super(error.code, because === undefined ? undefined : { cause: because });
    this.error = error;
  }
}

/** The code of a system's or library's error, such as `ENOSPC`; empty where it has none. */
export const codeOf = (thrown: unknown): string =>
  thrown instanceof Error && 'code' in thrown ? String(thrown.code) : '';

export const isFailure = (thrown: unknown, ...codes: DeskError['code'][]): thrown is Failure =>
  thrown instanceof Failure && (codes.length === 0 || codes.includes(thrown.error.code));

/** Keeps for later what one piece of work failed at, where the next may be done all the same: the line isn't cut. */
export const unlessCut = (failed: unknown[]) => (thrown: unknown) => {
  if (isFailure(thrown) && !isFailure(thrown, 'serverFailed', 'serverRubbish')) throw thrown;
  failed.push(thrown);
};
