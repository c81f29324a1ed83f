// What the taskbar is told of long work, by whichever window.
import type { DeskApp } from './desk-app.ts';

/** From now on; the answered function says everything that was told: 0 to 1, 2 where nobody knows, -1 for none. */
export async function taskbarOf({ app }: DeskApp): Promise<() => Promise<number[]>> {
  await app.evaluate(({ BrowserWindow }) => {
    const told: number[] = [];
    Object.assign(globalThis, { told });
    BrowserWindow.prototype.setProgressBar = (part: number) => void told.push(part);
  });
  return () => app.evaluate(() => (globalThis as unknown as { told: number[] }).told);
}
