// A barcode scanner: a keyboard that types two milliseconds a key into whatever has the focus, and ends with Enter.
import type { Page } from '@playwright/test';

export const SCANNER_MS = 2;

/** `end`: what the scanner is set to send after the code. */
export const scan = (page: Page, code: string, end: 'Enter' | 'Tab' = 'Enter'): Promise<void> =>
  scanKeys(page, [...code, end]);

/** A code may hold what ends one, too. `from`: when its first key comes, in ms; `gap`: how long after it the next one does. */
export async function scanKeys(
  page: Page,
  names: string[],
  { from = Date.now(), gap = SCANNER_MS } = {},
): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const at = from / 1000;
  const keys = names.map((key) => ({ key, text: key === 'Enter' ? '\r' : key.length > 1 ? '' : key }));
  // The events carry the scanner's own clock: how quickly a test's machine hands them over makes no difference.
  await Promise.all(
    keys.flatMap(({ key, text }, index) => {
      const timestamp = at + (index * gap) / 1000;
      const code = key.length > 1 ? key : `Key${key.toUpperCase()}`;
      const letter = /^\w$/.test(key) ? key.toUpperCase().charCodeAt(0) : 0;
      const virtual = { Enter: 13, Tab: 9, ' ': 32 }[key] ?? letter;
      const common = { key, code, windowsVirtualKeyCode: virtual };
      return [
        session.send('Input.dispatchKeyEvent', {
          ...common,
          ...(text ? { text } : {}),
          type: text ? 'keyDown' : 'rawKeyDown',
          timestamp,
        }),
        session.send('Input.dispatchKeyEvent', { ...common, type: 'keyUp', timestamp: timestamp + 0.001 }),
      ];
    }),
  );
  await session.detach();
}
