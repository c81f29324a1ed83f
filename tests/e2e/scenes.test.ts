// Every screen in every state, in both languages and in light and dark: what a machine can tell of accessibility and
// of words that don't fit. The same scenes are the gallery's.
import type { Page } from '@playwright/test';
import { ACTS } from '../scenes/acts.ts';
import {
  axeFindings,
  colourFindings,
  cutOff,
  cutOffSpaced,
  leftInEnglish,
  moving,
  sideways,
  tooSmall,
} from '../scenes/checks.ts';
import { PLAIN, take, type Look } from '../scenes/looks.ts';
import { Stage, type Act } from '../scenes/stage.ts';
import { expect, test as base } from './fixtures.ts';

const test = base.extend<{ act: Act | undefined; stage: Stage }>({
  act: [undefined, { option: true }],
  stage: async ({ host, act }, use) => {
    const stage = await Stage.open(host, act);
    await use(stage);
    await stage.close();
  },
  folders: async ({ stage }, use) => {
    await use(stage.folders);
  },
});

const look = (changed: Partial<Look>): Look => ({ ...PLAIN, name: JSON.stringify(changed), ...changed });
/**
 * Each language is judged in a theme and a density of its own; then, enlarged to 200 or 400 %, nothing but tables is reached
 * sideways. Once is enough for what axe finds whatever the colours.
 */
const SPOKEN = [
  {
    judge: axeFindings,
    first: look({ language: 'en', theme: 'light' }),
    enlarged: look({ language: 'en', theme: 'light', width: 683, height: 384 }),
  },
  {
    judge: colourFindings,
    first: look({ language: 'sv', theme: 'dark', density: 'dense' }),
    enlarged: look({ language: 'sv', theme: 'dark', density: 'dense', width: 320, height: 256 }),
  },
];
/** The longest words there are, with more contrast; and those that run from right to left, in the system's own colours. */
const LONG = [
  look({ language: 'qps-ploc', contrast: 'more' }),
  look({ language: 'qps-plocm', density: 'dense', forcedColors: 'active' }),
];

const softly = expect.configure({ soft: true });

for (const act of ACTS)
  test.describe(() => {
    test.use({ act });
    test(`${act.name}: axe finds nothing, no word is cut off, everything fits`, async ({ stage }) => {
      test.setTimeout(180_000);
      await act.play(stage, async (name, window) => {
        const none = async (judge: (window: Page) => Promise<unknown[]>, { name: as }: Look) =>
          expect.soft(await judge(window), `${name} ${as}`).toEqual([]);
        // On a busy machine the layout may settle some frames after the window has its size.
        const fits = ({ name: as }: Look) =>
          softly.poll(() => sideways(window), { message: `${name} ${as}` }).toBe(0);
        for (const { judge, first, enlarged } of SPOKEN) {
          await take(window, first);
          await none(judge, first);
          await none(tooSmall, first);
          await none(cutOff, first);
          await none(cutOffSpaced, first);
          await none(moving, first);
          await fits(first);
          await take(window, enlarged);
          await fits(enlarged);
        }
        for (const one of LONG) {
          await take(window, one);
          await none(cutOff, one);
          await none(leftInEnglish, one);
          if (one.contrast) await none(colourFindings, one);
        }
        await take(window, PLAIN);
      });
    });
  });
