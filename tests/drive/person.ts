// A person at the keyboard.
import type { Page } from '@playwright/test';

/** Whoever presses the next key sooner is a scanner. */
export const PACE_MS = 120;

/** One chord after the other. */
export async function press(window: Page, ...chords: string[]): Promise<void> {
  for (const chord of chords) {
    await window.waitForTimeout(PACE_MS);
    await window.keyboard.press(chord);
  }
}
