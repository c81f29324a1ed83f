// JSON as a server answers it: read only where it is no deeper and no wider than any answer that makes sense, and no text
// in it longer.
import type { z } from 'zod';
import { goesBeyond } from '../../shared/nesting.ts';
import { Failure } from '../support/failure.ts';
import { TooLarge } from './transport.ts';

/** No answer goes as far: Koha's longest has 22,000 values, a page of a first fill some 100,000. */
const FARTHEST = { levels: 64, inOne: 5_000, values: 300_000 };
/**
 * Signs of one text. One that a copy takes has 120,000 at most, each of them escaped; one of millions keeps a window from
 * showing anything for half a minute.
 */
const LONGEST_TEXT = 150_000;

/** Fails with `serverRubbish`. */
export function parseAnswer(json: string, text = LONGEST_TEXT): unknown {
  if (goesBeyond({ ...FARTHEST, text }, json)) throw new TooLarge('too-deep-wide-or-long');
  try {
    return JSON.parse(json);
  } catch (thrown) {
    throw new Failure({ code: 'serverRubbish' }, thrown);
  }
}

/** Fails with `serverRubbish`, without zod's list of what is wrong: of a wide answer that takes longer than all the rest. */
export function believed<T>(schema: z.ZodType<T>, json: string, text?: number): T {
  const parsed = schema.safeParse(parseAnswer(json, text));
  if (!parsed.success) throw new Failure({ code: 'serverRubbish' }, 'another-shape');
  return parsed.data;
}
