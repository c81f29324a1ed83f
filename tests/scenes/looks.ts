// The looks that a window can have, and how it is given one while it runs.
import type { Page } from '@playwright/test';

export interface Look {
  name: string;
  language: string;
  theme: 'light' | 'dark';
  density: 'comfortable' | 'dense';
  width: number;
  height: number;
  forcedColors?: 'active';
  contrast?: 'more';
}

const small = { width: 1366, height: 768 };
const large = { width: 1920, height: 1080 };

/** As a window is while a scene is set up: tests find things by their English names. */
export const PLAIN: Look = {
  ...{ name: 'plain', language: 'en', theme: 'light', density: 'comfortable' },
  ...small,
};

const look = (
  language: string,
  theme: Look['theme'],
  density: Look['density'],
  size: { width: number; height: number },
): Look => ({ name: `${language}-${theme}-${density}-${size.width}`, language, theme, density, ...size });

/** Every two of language, colours, density and size meet in one of these. */
export const PAIRWISE: readonly Look[] = [
  look('en', 'light', 'comfortable', small),
  look('en', 'dark', 'dense', large),
  look('sv', 'light', 'dense', small),
  look('sv', 'dark', 'comfortable', large),
  look('qps-ploc', 'light', 'comfortable', large),
  look('qps-ploc', 'dark', 'dense', small),
  look('qps-plocm', 'light', 'dense', large),
  look('qps-plocm', 'dark', 'comfortable', small),
];

/** Enlarged to 200 and 400 %, with the system's own few colours, and with more contrast. */
export const BESIDES: readonly Look[] = [
  { ...PLAIN, name: 'enlarged-200', width: 683, height: 384 },
  { ...PLAIN, name: 'enlarged-400', width: 320, height: 256 },
  { ...PLAIN, name: 'forced-colours', forcedColors: 'active', theme: 'dark' },
  { ...PLAIN, name: 'more-contrast', contrast: 'more' },
];

/** Gives a window, and every other one of the app, a look; resolves when it is drawn. */
export async function take(
  window: Page,
  { language, theme, density, width, height, ...look }: Look,
): Promise<void> {
  await window.emulateMedia({
    colorScheme: theme,
    reducedMotion: 'reduce',
    forcedColors: look.forcedColors ?? 'none',
    contrast: look.contrast ?? 'no-preference',
  });
  const size = window.viewportSize();
  if (size?.width !== width || size.height !== height) await window.setViewportSize({ width, height });
  const wanted = { language, density, colours: look.forcedColors ? undefined : theme };
  await window.evaluate(async ({ colours, ...words }) => {
    const root = document.documentElement;
    const speaks = () => root.lang === words.language && root.dataset['density'] === words.density;
    const isDark = () => Number(/\d+/.exec(getComputedStyle(document.body).color)?.[0]) > 128;
    const isThere = () => speaks() && (colours === undefined || isDark() === (colours === 'dark'));
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
    const until = Date.now() + 30_000;
    const choose = async () =>
      (await globalThis.window.circdesk.preferences.choose({ ...words, theme: 'system' })).ok;
    // Only where it's another: a choice is kept on disk and told to every window, so the gate lets nobody choose for long
    // more often than twice a second.
    if (!speaks() || root.dataset['theme'] !== 'system')
      while (!(await choose()) && Date.now() < until)
        await new Promise((resolve) => setTimeout(resolve, 500));
    for (; !isThere(); await frame())
      if (Date.now() > until) {
        const { lang, dataset } = root;
        const { color } = getComputedStyle(document.body);
        throw new Error(`The window did not take the look: ${JSON.stringify({ lang, dataset, color })}`);
      }
    await document.fonts.ready;
    await frame();
    await frame();
  }, wanted);
}
