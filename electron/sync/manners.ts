// When to ask the server: steadily while all is well, less and less often while it is away, and never at the
// same instant as a thousand other desks. Times in ms.
import type { Random } from '../../shared/random.ts';

const POLL = 30_000;
const FIRST_RETRY = 2_000;
const LONGEST_RETRY = 300_000;
/** When the line comes back for everybody at once, desks spread over this. */
const SPREAD = 5_000;

/** A number from 0 up to 1. */
const fraction = (random: Random): number => {
  const [a = 0, b = 0, c = 0, d = 0] = random.bytes(4);
  return (((a << 24) | (b << 16) | (c << 8) | d) >>> 0) / 2 ** 32;
};

/** The wait before the next poll after `failures` failed ones in a row. */
export function nextPoll(failures: number, random: Random): number {
  if (failures === 0) return POLL * (0.75 + fraction(random) / 2);
  const longest = Math.min(LONGEST_RETRY, FIRST_RETRY * 2 ** Math.min(failures, 16));
  // Full jitter: anywhere up to the longest, so that desks that failed together don't come back together.
  return FIRST_RETRY / 2 + fraction(random) * longest;
}

/** The wait before asking because something woke the desk: focus, sleep's end, the line's return. */
export const soon = (random: Random): number => fraction(random) * SPREAD;
