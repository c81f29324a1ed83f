// A window without browser controls. Chromium makes such a one only for its --app switch, so it is called again with
// the running one's profile, as by a user who starts a second app.
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { runningChromium } from './running.ts';

const PATIENCE = 10_000;

/** Opens a window; gives its page's target. */
export async function openAppWindow(bounds: {
  left: number;
  top: number;
  width: number;
  height: number;
}): Promise<string> {
  const { call, connection, profile } = runningChromium();
  const { browser } = connection;
  const address = `data:text/html,${randomUUID()}`;
  const found = new Promise<string>((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new Error('Chromium host: Chromium opened no window'));
    }, PATIENCE);
    browser.on('Target.targetCreated', ({ targetInfo }) => {
      if (targetInfo.url !== address) return;
      clearTimeout(timer);
      resolve(targetInfo.targetId);
    });
    browser.on('Target.targetInfoChanged', ({ targetInfo }) => {
      if (targetInfo.url !== address) return;
      clearTimeout(timer);
      resolve(targetInfo.targetId);
    });
  });
  const { left, top, width, height } = bounds;
  const switches = [
    `--user-data-dir=${profile}`,
    // Or the window begins with a bar about Chromium's own unusual switches.
    '--test-type',
    `--app=${address}`,
    `--window-position=${left},${top}`,
    `--window-size=${width},${height}`,
  ];
  spawn(call.command, [...call.args, ...switches], { env: call.env, cwd: profile, stdio: 'ignore' }).unref();
  const targetId = await found;
  const { windowId } = await browser.send('Browser.getWindowForTarget', { targetId });
  await browser.send('Browser.setWindowBounds', { windowId, bounds });
  return targetId;
}
