// Looks for marked values in everything that a run of the app left: files under whatever encoding, command lines and
// environments of its processes.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** What a value may look like in a file: as text in two encodings, in an address, in JSON, in Base64 at any offset. */
function disguises(value: string): string[] {
  const bytes = Buffer.from(value);
  const wide = Buffer.from(value, 'utf16le').toString('latin1');
  // All signs that its bytes alone decide: of fewer, chance makes some in a megabyte of an encrypted file.
  const base64 = [0, 1, 2].map((offset) =>
    Buffer.concat([Buffer.alloc(offset), bytes])
      .toString('base64')
      .slice(Math.ceil((offset * 8) / 6), Math.floor(((offset + bytes.length) * 8) / 6)),
  );
  const escaped = JSON.stringify(value).slice(1, -1);
  return [
    bytes.toString('latin1'),
    wide,
    encodeURIComponent(value),
    escaped,
    ...base64,
    bytes.toString('hex'),
  ];
}

export class Marks {
  readonly #marks = new Map<string, string[]>();

  add(value: string): string {
    if (value.length < 6) throw new Error('Too short to be told from chance.');
    this.#marks.set(value, [...new Set(disguises(value).map((text) => text.toLowerCase()))]);
    return value;
  }

  get size(): number {
    return this.#marks.size;
  }

  /** Which of the marks stand in there. Capitals make no difference: words to search by are folded. */
  in(bytes: Buffer | string): string[] {
    const text = (typeof bytes === 'string' ? Buffer.from(bytes) : bytes).toString('latin1').toLowerCase();
    return [...this.#marks]
      .filter(([, seen]) => seen.some((one) => text.includes(one)))
      .map(([mark]) => mark);
  }
}

/** Every file below, their names as they are. What goes while we look is gone. */
export function filesBelow(folder: string): string[] {
  const names = attempt(() => readdirSync(folder, { withFileTypes: true })) ?? [];
  return names.flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return filesBelow(path);
    return entry.isFile() ? [path] : [];
  });
}

/** Marks in a file, and in its name. */
export function marksInFile(path: string, marks: Marks): string[] {
  const bytes = attempt(() => readFileSync(path)) ?? Buffer.alloc(0);
  return [...marks.in(bytes), ...marks.in(path).map((mark) => `${mark} in its name`)];
}

export const isNewer = (path: string, since: number): boolean =>
  (attempt(() => statSync(path).ctimeMs) ?? 0) >= since;

/** A process and all that it started, and they: what `ps` shows of each to everybody on the machine. */
export function processTraces(pid: number): { pid: number; shown: string }[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const stat = attempt(() => readFileSync(`/proc/${name}/stat`, 'utf8'));
    // The name in brackets may hold blanks; the parent is the second word behind it.
    if (stat) parents.set(Number(name), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]));
  }
  const belongs = (one: number): boolean =>
    one === pid || (parents.has(one) && belongs(parents.get(one) ?? 0));
  return [...parents.keys()].filter(belongs).map((one) => ({
    pid: one,
    shown: ['cmdline', 'environ', 'comm']
      .map((file) => attempt(() => readFileSync(`/proc/${one}/${file}`, 'latin1')) ?? '')
      .join('\n'),
  }));
}

function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
