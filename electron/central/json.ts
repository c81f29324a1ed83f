// JSON as a server answers it: read only where it nests no deeper than any answer that makes sense.
import { nestsDeeperThan } from '../../shared/nesting.ts';
import { Failure } from '../support/failure.ts';

/** No answer has so many levels. */
const DEEPEST = 64;

/** Fails with `serverRubbish`. */
export function parseAnswer(text: string): unknown {
  if (nestsDeeperThan(DEEPEST, text)) throw new Failure({ code: 'serverRubbish' }, 'too deep');
  try {
    return JSON.parse(text);
  } catch (thrown) {
    throw new Failure({ code: 'serverRubbish' }, thrown);
  }
}
