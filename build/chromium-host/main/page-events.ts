// What Chromium says of a page: console, crash, dialogs.
import { toApp } from '../chromium/addresses.ts';
import type { CdpSession } from '../chromium/cdp.ts';

const LEVELS: Record<string, 'info' | 'warning' | 'error' | 'debug'> = {
  error: 'error',
  assert: 'error',
  warning: 'warning',
  debug: 'debug',
};

export interface ConsoleMessage {
  message: string;
  level: 'info' | 'warning' | 'error' | 'debug';
  lineNumber: number;
  sourceId: string;
}

export interface PageWatcher {
  onConsole: (message: ConsoleMessage) => void;
  onCrash: () => void;
  /** The page, or the host on the user's behalf, asks whether to stay; true lets it go. */
  onBeforeUnload: () => boolean;
}

export function watchPageEvents(session: CdpSession, watcher: PageWatcher): void {
  session
    .on('Inspector.targetCrashed', () => {
      watcher.onCrash();
    })
    .on('Runtime.consoleAPICalled', ({ type, args, stackTrace }) => {
      const at = stackTrace?.callFrames[0];
      watcher.onConsole({
        message: args.map(({ value, description }) => String(value ?? description ?? '')).join(' '),
        level: LEVELS[type] ?? 'info',
        lineNumber: at?.lineNumber ?? 0,
        sourceId: toApp(at?.url ?? ''),
      });
    })
    .on('Page.javascriptDialogOpening', ({ type, message }) => {
      const accept = type === 'beforeunload' && watcher.onBeforeUnload();
      if (type !== 'beforeunload') {
        console.error(`Chromium host: ${type}() is not emulated, and was dismissed: ${message}`);
      }
      session.send('Page.handleJavaScriptDialog', { accept }).catch(() => {
        // Playwright, where it is attached, may have answered before.
      });
    });
}
