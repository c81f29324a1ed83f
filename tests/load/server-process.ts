// What the server's process takes of the machine, as Linux counts it; and its own word on how long its answers took.
import { readFileSync } from 'node:fs';
import { quantile } from './measures.ts';

const TICKS = 100;

/** Seconds of processor so far, and MB in memory now; null where the system doesn't tell. */
export function takenBy(pid = 0): { cpuSeconds: number; memoryMb: number } | null {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    const pages = Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]);
    return {
      cpuSeconds: (Number(fields[11]) + Number(fields[12])) / TICKS,
      memoryMb: Math.round((pages * 4096) / 2 ** 20),
    };
  } catch {
    return null;
  }
}

/** Reads what `--log` writes. */
export class ServerLog {
  #rest = '';
  #took: number[] = [];
  #failed = 0;

  readonly hear = (text: string): void => {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) {
      const { ms, status } = JSON.parse(line) as { ms?: number; status?: number };
      if (ms !== undefined) this.#took.push(ms);
      if (status !== undefined && status >= 500) this.#failed++;
    }
  };

  /** Since it was last asked. */
  next() {
    const sorted = this.#took.sort((a, b) => a - b);
    const sum = {
      answers: sorted.length,
      p50: quantile(sorted, 0.5),
      p99: quantile(sorted, 0.99),
      failed: this.#failed,
    };
    this.#took = [];
    this.#failed = 0;
    return sum;
  }
}
