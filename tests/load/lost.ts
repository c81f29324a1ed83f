// After the load: each act that a desk said was saved has its effect at the server once, or is shown as a conflict or a
// refusal.
import Database from 'better-sqlite3';
import type { Crowd } from './crowd.ts';

export async function actsLost(crowd: Crowd, database: string): Promise<{ saved: number; lost: string[] }> {
  const store = new Database(database);
  const done = new Map<string, number>();
  const blocks = store.prepare('SELECT comment, lift_comment FROM block').all() as {
    comment: string;
    lift_comment: string | null;
  }[];
  store.close();
  for (const { comment, lift_comment } of blocks)
    for (const word of [comment, lift_comment]) if (word) done.set(word, (done.get(word) ?? 0) + 1);
  let saved = 0;
  const lost: string[] = [];
  for (const desk of crowd.desks) {
    const undecided = await desk.store.acts(['conflict', 'refused']);
    const shown = new Set(undecided.map(({ deed }) => (deed.kind === 'saveSection' ? '' : deed.comment)));
    for (const word of desk.saved) {
      saved++;
      const times = done.get(word) ?? 0;
      if (times !== (shown.has(word) ? 0 : 1)) lost.push(`${word}: ${times} times`);
    }
  }
  return { saved, lost };
}
