// What the outbox said is saved survives the end of the process at any instant.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, expect, test } from 'vitest';
import { actOf, deskIdOf, Folders, renamed } from './testing.ts';

const folders = new Folders();
afterEach(() => folders.removeAll());

/** A desk that appends without end and says each act that it was told is saved. */
const DESK = `
  const { openStore } = await import(process.env.CACHE + 'open-store.ts');
  const { actOf, clock, giveWay, KEY, renamed } = await import(process.env.CACHE + 'testing.ts');
  const { store } = openStore({ folder: process.env.FOLDER, key: KEY, clock, giveWay });
  for (let n = Number(process.env.FROM); ; n++) {
    const act = await store.append(actOf(n, n % 7, renamed('Name ' + n)));
    process.stdout.write(act.sequence + ' ' + n + '\\n');
    if (n % 3 === 0) await store.update(act.id, { state: 'sent', tries: 1 });
  }
`;

async function killedDesk(folder: string, from: number, after: number): Promise<[number, number][]> {
  const env = {
    ...process.env,
    CACHE: new URL('./', import.meta.url).href,
    FOLDER: folder,
    FROM: String(from),
  };
  const desk = spawn(process.execPath, ['--input-type=module', '-e', DESK], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  let killing = false;
  desk.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text;
    if (killing || said.split('\n').length < after) return;
    killing = true;
    desk.kill('SIGKILL');
  });
  await once(desk, 'close');
  const whole = said.slice(0, said.lastIndexOf('\n')).split('\n');
  return whole.map((line): [number, number] => {
    const [sequence = '', n = ''] = line.split(' ');
    return [Number(sequence), Number(n)];
  });
}

test('acts outlive SIGKILL again and again, once each, in their order', async () => {
  const folder = folders.make();
  const saved: [number, number][] = [];
  for (const after of [5, 40, 90]) {
    saved.push(...(await killedDesk(folder, saved.length * 1000 + 1, after)));
    const { store, report } = folders.open(folder);
    expect(report.outbox).toBe('kept');
    const acts = await store.acts(['waiting', 'sent']);
    for (const [sequence, n] of saved) {
      expect(acts.find((act) => act.sequence === sequence)).toMatchObject({ id: deskIdOf(n) });
    }
    // One more may be on the disk that nobody was told of yet, per kill.
    expect(acts.length).toBeGreaterThanOrEqual(saved.length);
    expect(new Set(acts.map(({ id }) => id)).size).toBe(acts.length);
    const next = await store.append(actOf(900_000_000 + after, 1, renamed('After')));
    expect(next.sequence).toBeGreaterThan(Math.max(...saved.map(([sequence]) => sequence)));
    await store.close();
  }
});
