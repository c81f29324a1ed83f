// Every screen in every state, in both languages and in light and dark: what a machine can tell of accessibility and
// of words that don't fit. The same scenes are the gallery's.
import { ACTS } from '../scenes/acts.ts';
import { axeFindings, cutOff, sideways, tooSmall } from '../scenes/checks.ts';
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
});

const look = (changed: Partial<Look>): Look => ({ ...PLAIN, name: JSON.stringify(changed), ...changed });
const JUDGED_BY_AXE = [
  look({ language: 'en', theme: 'light' }),
  look({ language: 'sv', theme: 'dark', density: 'dense' }),
];
/** The longest words there are, and those that run from right to left. */
const LONG = [look({ language: 'qps-ploc' }), look({ language: 'qps-plocm', density: 'dense' })];
const ENLARGED = [look({ width: 683, height: 384 }), look({ width: 320, height: 256, language: 'sv' })];

for (const act of ACTS)
  test.describe(act.name, () => {
    test.use({ act });
    test('axe finds nothing, no word is cut off, everything fits', async ({ stage }) => {
      test.setTimeout(180_000);
      await act.play(stage, async (name, window) => {
        for (const one of JUDGED_BY_AXE) {
          await take(window, one);
          expect.soft(await axeFindings(window), `${name} ${one.name}`).toEqual([]);
          expect.soft(await tooSmall(window), `${name} ${one.name}`).toEqual([]);
          expect.soft(await cutOff(window), `${name} ${one.name}`).toEqual([]);
        }
        for (const one of LONG) {
          await take(window, one);
          expect.soft(await cutOff(window), `${name} ${one.name}`).toEqual([]);
        }
        for (const one of ENLARGED) {
          await take(window, one);
          expect.soft(await sideways(window), `${name} ${one.name}`).toBe(0);
        }
        await take(window, PLAIN);
      });
    });
  });
