// Pages that got past the window-open handler: Chromium opened them by itself, and they are closed at once.
import { runningChromium } from '../chromium/running.ts';
import { ownTargets } from './page.ts';

export function closePopups(): void {
  const { browser } = runningChromium().connection;
  browser.on('Target.targetCreated', ({ targetInfo: { targetId, type, openerId, url } }) => {
    if (type !== 'page' || openerId === undefined || ownTargets.has(targetId)) return;
    console.error(`Chromium host: opening a window for ${url} is not emulated, and it was closed`);
    browser.tell('Target.closeTarget', { targetId });
  });
  browser.tell('Target.setDiscoverTargets', { discover: true });
}
