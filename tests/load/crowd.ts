// A thousand desks through the hours that cost a server most: opening time, steady work, a cut of a quarter of the time,
// everyone back at once; and at the end nothing waits. Times are compressed only where it's said.
import { join } from 'node:path';
import type { DemoAccount } from '../../build/reference-server.ts';
import { Luck } from '../../server/demo/luck.ts';
import { LoadDesk } from './load-desk.ts';
import { Measures } from './measures.ts';

export interface CrowdParts {
  url: string;
  folder: string;
  /** One for each desk. */
  staff: readonly DemoAccount[];
  patronIds: (desk: LoadDesk) => readonly string[];
  /** Between two acts of a desk, on average. */
  actEveryMs: number;
  random: Luck;
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

export class Crowd {
  readonly desks: LoadDesk[] = [];
  readonly troubles: string[] = [];
  measures = new Measures();
  #works = true;
  readonly #parts: CrowdParts;

  constructor(parts: CrowdParts) {
    this.#parts = parts;
  }

  #desk(number: number, account: DemoAccount, template?: string): LoadDesk {
    const { url, folder } = this.#parts;
    return new LoadDesk({
      ...{ number, url, account, folder: join(folder, `desk-${number}`) },
      ...(template !== undefined && { template }),
      measures: () => this.measures,
      onTrouble: (thrown) => this.troubles.push(String(thrown)),
    });
  }

  /** One desk of each library is filled from nothing; the others have yesterday's copy, as most mornings. */
  async fillTemplates(): Promise<void> {
    const { staff, folder } = this.#parts;
    const filled = new Map<string, string>();
    for (const [index, account] of staff.entries()) {
      if (filled.has(account.library)) continue;
      const desk = this.#desk(staff.length + index, account);
      await desk.start();
      await desk.signIn();
      await desk.desk.sync.now();
      await desk.end();
      filled.set(account.library, join(folder, `desk-${staff.length + index}`));
    }
    for (const [index, account] of staff.entries())
      this.desks.push(this.#desk(index, account, filled.get(account.library)));
  }

  /** Everybody within so many ms. */
  async open(withinMs: number): Promise<void> {
    await Promise.all(
      this.desks.map(async (desk) => {
        await pause(this.#parts.random.fraction() * withinMs);
        await desk.start();
        await desk.signIn();
      }),
    );
  }

  /** Everybody goes on with it until `stop`. */
  work(): void {
    const { random, actEveryMs, patronIds } = this.#parts;
    for (const desk of this.desks)
      void (async () => {
        for (await pause(random.fraction() * actEveryMs); this.#works;) {
          await desk.act(patronIds(desk)).catch((thrown: unknown) => this.troubles.push(String(thrown)));
          await pause(actEveryMs * (0.5 + random.fraction()));
        }
      })();
  }

  stop(): void {
    this.#works = false;
  }

  cut(share: number): readonly LoadDesk[] {
    const cut = this.desks.filter((_, index) => index < this.desks.length * share);
    for (const desk of cut) desk.cut = true;
    return cut;
  }

  /** Until nothing waits anywhere; answers how long that took, in ms, or null where it didn't end in time. */
  async untilNothingWaits(withinMs: number): Promise<number | null> {
    const began = performance.now();
    for (const desk of this.desks) {
      while ((await desk.store.acts(['waiting', 'sent'])).length > 0) {
        if (performance.now() - began > withinMs) return null;
        await pause(100);
      }
    }
    return Math.round(performance.now() - began);
  }

  async end(): Promise<void> {
    for (const desk of this.desks) await desk.end();
  }
}
