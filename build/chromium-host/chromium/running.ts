// The one Chromium of this host, started before anything else since it takes longest.
import { startBrowser, type Browser } from './browser.ts';

/** Whether windows are shown on a display; without one they are headless. */
export const onDisplay = process.env.CHROMIUM_HOST_DISPLAY === 'window';

const asksForPort = process.argv.some((argument) => argument.startsWith('--remote-debugging-port'));

let running: Browser | undefined;

export const chromium: Promise<Browser> = startBrowser({
  display: onDisplay,
  debuggingPort: asksForPort,
}).then((browser) => (running = browser));

process.on('exit', () => running?.kill());

/** The running Chromium, for what is called only after `ready`. */
export function runningChromium(): Browser {
  if (!running) throw new Error('Chromium host: Chromium is not running yet');
  return running;
}
