// Faults that nobody caught: noted by name and place, and the desk goes on. Electron would show them, in words that may
// quote what was typed, to the whole counter; Node would write them where a desktop keeps what programs print.
import type { Log } from './log.ts';

export function watchFaults(log: Log): void {
  process.on('uncaughtException', (thrown) => {
    log.trouble('an uncaught exception', thrown);
  });
  process.on('unhandledRejection', (thrown) => {
    log.trouble('an unhandled rejection', thrown);
  });
  process.removeAllListeners('warning').on('warning', (warning) => {
    log.trouble('a warning', warning);
  });
}
