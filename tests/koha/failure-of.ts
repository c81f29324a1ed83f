// What staff would be told of work that failed; undefined where it was done.
import { isFailure } from '../../electron/support/failure.ts';

export const failureOf = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (thrown: unknown) => (isFailure(thrown) ? thrown.error : thrown),
  );
