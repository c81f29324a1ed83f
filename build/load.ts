// npm run load: a thousand desks on one reference server of this machine, over real HTTP: everybody signs in, works, a
// quarter is cut off, and all come back at once. Prints what each phase took; ends with 1 where an act was lost.
// The desks' own hashes are for their own computers to make, not for this one.
import '../tests/simulation/quick-scrypt.ts';
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Luck } from '../server/demo/luck.ts';
import { Crowd } from '../tests/load/crowd.ts';
import { actsLost } from '../tests/load/lost.ts';
import type { LoadNetwork } from '../tests/load/make-network.ts';
import { Measures } from '../tests/load/measures.ts';
import { ServerLog, takenBy } from '../tests/load/server-process.ts';
import { given } from './options.ts';
import { startServer } from './reference-server.ts';

const USAGE = `npm run load -- [--desks N] [--minutes N] [--libraries N] [--patrons N] [--act-every SECONDS] [--seed S]
  --minutes    in all; a quarter of the work is done with a quarter of the desks cut off
  --patrons    of each library
  --act-every  how long a desk waits between two acts`;

const { values, whole, refuse } = given(USAGE, {
  desks: { type: 'string', default: '1000' },
  minutes: { type: 'string', default: '6' },
  libraries: { type: 'string', default: '20' },
  patrons: { type: 'string', default: '200' },
  'act-every': { type: 'string', default: '60' },
  seed: { type: 'string', default: '1' },
});

const desks = whole('desks', values.desks, 1, 100_000);
const minutes = Number(values.minutes);
if (!(minutes > 0)) refuse('--minutes takes a number above 0.');
const actEveryMs = whole('act-every', values['act-every'], 1, 86_400) * 1000;
whole('libraries', values.libraries, 1, 10_000);
whole('patrons', values.patrons, 1, 1_000_000);
const folder = await mkdtemp(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'circdesk-load-'));
const log = new ServerLog();
const network = JSON.parse(
  execFileSync(process.execPath, [
    join(import.meta.dirname, '..', 'tests/load/make-network.ts'),
    ...[join(folder, 'server'), values.seed, values.libraries, values.patrons, values.desks],
  ]).toString(),
) as LoadNetwork;
const server = await startServer(join(folder, 'server'), ['--log'], log.hear);
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

try {
  const crowd = new Crowd({
    ...{ url: server.url, folder, staff: network.staff, random: new Luck(`load ${values.seed}`) },
    actEveryMs,
    patronIds: ({ library }) => network.patronIds[library] ?? [],
  });
  await crowd.fillTemplates();
  let before = { taken: takenBy(server.pid), at: performance.now() };
  log.next();
  crowd.measures = new Measures();

  const told = (phase: string, further: object = {}) => {
    const taken = takenBy(server.pid);
    const seconds = (performance.now() - before.at) / 1000;
    const cpu = taken && before.taken ? taken.cpuSeconds - before.taken.cpuSeconds : null;
    const sum = crowd.measures.sum();
    const round = (value: number) => Math.round(value * 100) / 100;
    const told = {
      ...{ phase, seconds: round(seconds), ...sum, server: log.next() },
      serverCpuSeconds: cpu === null ? null : round(cpu),
      serverMemoryMb: taken?.memoryMb ?? null,
      ...further,
    };
    console.log(JSON.stringify(told));
    before = { taken, at: performance.now() };
    crowd.measures = new Measures();
    return { ...sum, cpu, seconds };
  };

  const work = minutes * 60_000;
  await crowd.open(work * 0.2);
  told('opening');
  crowd.work();
  await pause(work * 0.4);
  const steady = told('steady');
  const eightHours = (8 * 3600) / steady.seconds / desks;
  console.log(
    JSON.stringify({
      aDeskADayOfEightHours: {
        requests: Math.round(steady.requests * eightHours),
        sentKb: Math.round((steady.sentBytes * eightHours) / 1024),
        heardKb: Math.round((steady.heardBytes * eightHours) / 1024),
        serverCpuSeconds: steady.cpu === null ? null : Math.round(steady.cpu * eightHours * 100) / 100,
      },
    }),
  );
  const cut = crowd.cut(0.25);
  await pause(work * 0.25);
  told('a quarter cut off');
  for (const desk of cut) desk.reconnect();
  await pause(work * 0.15);
  told('everybody back');
  crowd.stop();
  const settled = await crowd.untilNothingWaits(300_000);
  told('the end', { settledInMs: settled });
  const { saved, lost } = await actsLost(crowd, join(folder, 'server', 'circdesk.sqlite'));
  await crowd.end();
  const troubles = crowd.troubles.reduce<Record<string, number>>(
    (counted, trouble) => ({ ...counted, [trouble]: (counted[trouble] ?? 0) + 1 }),
    {},
  );
  console.log(JSON.stringify({ desks, saved, lost, troubles }));
  process.exitCode = lost.length > 0 || settled === null ? 1 : 0;
} finally {
  await server.stop();
  await rm(folder, { recursive: true, force: true });
}
