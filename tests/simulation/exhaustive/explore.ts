// Walks through every choice that a run can make, from its beginning each time: depth first, nothing remembered but the
// way that leads to the next run.
export interface Choice {
  options: number;
  taken: number;
}

/** Picks one of so many; the same picks lead to the same next question. */
export type Pick = (options: number) => number;

/** Runs `work` along every way; answers how many there were. */
export async function explore(work: (pick: Pick) => Promise<void>): Promise<number> {
  let way: Choice[] = [];
  for (let runs = 1; ; runs++) {
    let depth = 0;
    await work((options) => {
      const at = depth++;
      const known = way[at];
      if (known && known.options !== options)
        throw new Error(`The same way led to ${options} options instead of ${known.options}.`);
      if (!known) way.push({ options, taken: 0 });
      return way[at]?.taken ?? 0;
    });
    while (way.length > 0 && isSpent(way.at(-1))) way = way.slice(0, -1);
    const last = way.at(-1);
    if (!last) return runs;
    last.taken++;
  }
}

const isSpent = (choice: Choice | undefined) => choice !== undefined && choice.taken + 1 >= choice.options;
