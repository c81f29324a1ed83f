// npm run gallery -- --out DIR: a picture of every screen in every state, with looks combined pairwise, and an index.
import { copyFile, mkdir, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { ACTS } from '../tests/scenes/acts.ts';
import { BESIDES, PAIRWISE, PLAIN, take, type Look } from '../tests/scenes/looks.ts';
import { Stage, type Act, type Show } from '../tests/scenes/stage.ts';
import { findAppHost } from './app-host.ts';
import { bundle } from './bundle.ts';
import { indexPage, type Scene } from './gallery/index-page.ts';
import { given } from './options.ts';

const USAGE = `npm run gallery -- [--out DIR] [--act NAME] [--look NAME] [--docs]
  --act, --look  only acts, only looks with this in their names
  --docs         puts the pictures of the documentation anew, too`;

const { values } = given(USAGE, {
  out: { type: 'string', default: 'gallery' },
  act: { type: 'string', default: '' },
  look: { type: 'string', default: '' },
  docs: { type: 'boolean', default: false },
});
const out = resolve(values.out);
const LOOKS = [...PAIRWISE, ...BESIDES].filter(({ name }) => name.includes(values.look));
const AT_ONCE = 2;

/** The pictures that the documentation shows, by their names there. */
const DOCUMENTED = {
  'patron.png': 'blocked--en-light-comfortable-1366.png',
  'patron-light.png': 'tab-patron-data--en-light-comfortable-1366.png',
  'search-dark.png': 'search-many-hits--sv-dark-comfortable-1920.png',
};

const host = await findAppHost(console.log);
await bundle();
if (values.act === '') await rm(out, { recursive: true, force: true });
await mkdir(out, { recursive: true });

const scenes: Scene[] = [];
const failures: string[] = [];

const showFor =
  (act: Act): Show =>
  async (name, window) => {
    const pictures: Scene['pictures'] = [];
    for (const look of LOOKS) pictures.push({ look: look.name, file: await picture(name, window, look) });
    await take(window, PLAIN);
    scenes.push({ act: act.name, name, pictures });
    console.log(`${act.name}: ${name}`);
  };

async function picture(name: string, window: Parameters<Show>[1], look: Look): Promise<string> {
  const file = `${name}--${look.name}.png`;
  await take(window, look);
  // Enlarged, the page scrolls as a whole: what a scene is about may be far down.
  const fullPage = look.height < 480;
  // What was out of sight is drawn by the first look at it.
  if (fullPage) await window.screenshot({ fullPage });
  await window.screenshot({ path: join(out, file), animations: 'disabled', fullPage });
  return file;
}

async function playAll(acts: Act[]): Promise<void> {
  for (let act = acts.shift(); act; act = acts.shift()) {
    const stage = await Stage.open(host, act);
    try {
      await act.play(stage, showFor(act));
    } catch (thrown) {
      failures.push(act.name);
      console.error(`${act.name}:`, thrown);
    } finally {
      await stage.close();
    }
  }
}

const waiting = ACTS.filter(({ name }) => name.includes(values.act));
await Promise.all(Array.from({ length: AT_ONCE }, () => playAll(waiting)));
const order = ACTS.map(({ name }) => name);
scenes.sort((a, b) => order.indexOf(a.act) - order.indexOf(b.act));
await writeFile(join(out, 'index.html'), indexPage(scenes, host.name));
if (values.docs) {
  const images = join(import.meta.dirname, '..', 'docs', 'images');
  for (const [name, file] of Object.entries(DOCUMENTED)) await copyFile(join(out, file), join(images, name));
}
const count = scenes.reduce((sum, { pictures }) => sum + pictures.length, 0);
console.log(`${scenes.length} scenes, ${count} pictures: ${join(out, 'index.html')}`);
if (failures.length > 0) {
  console.error(`Not played to the end: ${failures.join(', ')}`);
  process.exitCode = 1;
}
