// npm run tour -- --out DIR: does the main job once, headless, and takes a picture of every step.
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { openLine } from '../tests/drive/bad-line.ts';
import { Central } from '../tests/drive/central.ts';
import { DeskApp, makeDeskFolders } from '../tests/drive/desk-app.ts';
import { findAppHost } from './app-host.ts';
import { bundle } from './bundle.ts';
import { given } from './options.ts';
import { startServer } from './reference-server.ts';
import { SIZE, stepsInto, type StepDone } from './tour/tour.ts';
import { withTheLine } from './tour/with-the-line.ts';
import { withoutTheLine } from './tour/without-the-line.ts';

const { values } = given('npm run tour -- [--out DIR]', { out: { type: 'string', default: 'tour' } });
const out = resolve(values.out);

const host = await findAppHost(console.log);
await bundle();
await mkdir(out, { recursive: true });
const data = join(tmpdir(), `circdesk-tour-${process.pid}`);
const server = await startServer(data, ['--demo', '300', '--seed', '1']);
const line = await openLine(server.url);
const folders = await makeDeskFolders();
const steps: StepDone[] = [];
const started: DeskApp[] = [];

async function start(): Promise<DeskApp> {
  const desk = await DeskApp.launch(host, folders, [`--server=${line.url}`]);
  await desk.desk.setViewportSize(SIZE);
  started.push(desk);
  return desk;
}

try {
  const account = server.accounts.find((a) => a.library === 'north' && a.username === 'lead');
  if (!account) throw new Error('There is no demo account lead at north.');
  const tour = {
    ...{ account, line, out, downloads: folders.downloads, restart: start },
    desk: await start(),
    central: await Central.signIn(server.url, account),
    step: stepsInto(out, steps),
  };
  await withTheLine(tour);
  await withoutTheLine(tour);
} catch (thrown) {
  console.error(thrown);
  process.exitCode = 1;
} finally {
  for (const desk of started) await desk.close();
  await writeFile(join(out, 'tour.json'), `${JSON.stringify({ host: host.name, steps }, null, 2)}\n`);
  await line.close();
  await server.stop();
  await folders.remove();
  await rm(data, { recursive: true, force: true });
}
