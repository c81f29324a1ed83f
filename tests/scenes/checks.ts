// What a machine can tell of a scene: axe finds nothing, no word is cut off or left in English, nothing is reached
// sideways, nothing is too small to hit.
import type { Page } from '@playwright/test';
import axe from 'axe-core';
import en from '../../renderer/messages/en.json' with { type: 'json' };

/** What axe finds, best practices too. A window that changes while axe looks shows mixed colours: it is judged anew. */
export async function axeFindings(window: Page): Promise<string[]> {
  const found = await judged(window);
  return found.length > 0 ? judged(window) : found;
}

/** What axe finds of colours: for a window that it has looked at in other ones already. */
export async function colourFindings(window: Page): Promise<string[]> {
  const found = await judged(window, ['color-contrast', 'link-in-text-block']);
  return found.length > 0 ? judged(window, ['color-contrast', 'link-in-text-block']) : found;
}

async function judged(window: Page, rules?: string[]): Promise<string[]> {
  // Colours that change are mixed ones until they have changed.
  await window.evaluate(async () => {
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    const passing = document
      .getAnimations()
      .filter(({ effect }) => effect?.getComputedTiming().iterations !== Infinity);
    await Promise.allSettled(passing.map(({ finished }) => finished));
  });
  // Once in each document: a window may get a new one.
  if (!(await window.evaluate(() => 'axe' in globalThis))) await window.evaluate(axe.source);
  return window.evaluate(async (only) => {
    const { axe: there } = globalThis as unknown as { axe: typeof axe };
    const { violations } = await there.run(document, {
      resultTypes: ['violations'],
      ...(only && { runOnly: only }),
    });
    return violations.map(
      ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 200)).join(' ')}`,
    );
  }, rules);
}

/** A message's English words that show in the window though it speaks another language. Names of things have no words. */
export async function leftInEnglish(window: Page): Promise<string[]> {
  const texts = await window.evaluate(() => {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const found = new Set<string>();
    while (walker.nextNode()) {
      const { parentElement, textContent } = walker.currentNode;
      // What was only said, was said in the language of that moment.
      if (parentElement?.closest('.visually-hidden')) continue;
      if (parentElement?.checkVisibility({ visibilityProperty: true })) found.add(textContent?.trim() ?? '');
    }
    return [...found];
  });
  return texts.filter((text) => ENGLISH.some((message) => message.test(text)));
}

/** Of two words and more: a single one may be anybody's. What is filled in may be anything. */
const ENGLISH = leaves(en)
  .flatMap((message) => message.split(' | '))
  .filter((message) => /\p{L}{2,} \p{L}{2,}/u.test(message.replaceAll(/\{.*?\}/g, '·')))
  .map((message) => {
    const literal = message.split(/\{.*?\}/).map((part) => part.replaceAll(/[$()*+.?[\\\]^{|}]/g, '\\$&'));
    return new RegExp(`^${literal.join('.+')}$`, 'u');
  });

function leaves(words: object): string[] {
  return Object.values(words).flatMap((one) => (typeof one === 'string' ? [one] : leaves(one as object)));
}

/** Buttons, tabs, headers of tables, labels and headings whose words don't fit into them or out of the window. */
export function cutOff(window: Page): Promise<string[]> {
  return window.evaluate(() => {
    const parts = 'button, [role=tab], th, [role=columnheader], label, legend, h1, h2, h3, dt, option, kbd';
    const found: string[] = [];
    for (const part of document.querySelectorAll<HTMLElement>(parts)) {
      if (part.closest('.visually-hidden, [hidden]') || !part.checkVisibility({ visibilityProperty: true }))
        continue;
      const box = part.getBoundingClientRect();
      const words = document.createRange();
      words.selectNodeContents(part);
      const text = words.getBoundingClientRect();
      const clips = getComputedStyle(part).overflowX !== 'visible' && part.scrollWidth > part.clientWidth + 1;
      const spills = text.width > box.width + 1 && getComputedStyle(part).display !== 'inline';
      const scroller = part.closest('.frame, .list, .hits');
      const outside = !scroller && (text.left < -1 || text.right > innerWidth + 1);
      if (clips || spills || outside)
        found.push(`${part.tagName.toLowerCase()} "${part.innerText.slice(0, 60)}"`);
    }
    return found;
  });
}

/** The same with letters, words and lines as far apart as WCAG 1.4.12 says that readers may set them. */
export async function cutOffSpaced(window: Page): Promise<string[]> {
  await window.evaluate(() => {
    const spacing = new CSSStyleSheet();
    spacing.replaceSync(
      '* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important } ' +
        'p { margin-block-end: 2em !important }',
    );
    document.adoptedStyleSheets = [spacing];
  });
  const found = await cutOff(window);
  await window.evaluate(() => (document.adoptedStyleSheets = []));
  return found;
}

/** What moves for longer than a blink, where the system asks for no motion. */
export function moving(window: Page): Promise<string[]> {
  return window.evaluate(() =>
    document
      .getAnimations()
      .filter(({ effect }) => Number(effect?.getComputedTiming().duration) > 1)
      .map(({ effect }) => (effect as KeyframeEffect | null)?.target?.outerHTML.slice(0, 160) ?? ''),
  );
}

/** How far the page as a whole can be scrolled sideways, in CSS px. */
export function sideways(window: Page): Promise<number> {
  return window.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    return scrollWidth - clientWidth;
  });
}

/** Targets smaller than 24 px either way; links within a sentence are no such targets. */
export function tooSmall(window: Page): Promise<string[]> {
  return window.evaluate(() => {
    const targets = 'button, [role=tab], a[href], select, input:not([type=checkbox], [type=radio])';
    return [...document.querySelectorAll<HTMLElement>(targets)]
      .filter((target) => target.checkVisibility({ visibilityProperty: true }))
      .filter((target) => {
        const { width, height } = target.getBoundingClientRect();
        return width < 23.9 || height < 23.9;
      })
      .map((target) => target.outerHTML.slice(0, 160));
  });
}
