// Downloads: the app is asked, and may cancel; keeping one is not emulated, so none is ever written.
import { EventEmitter } from 'node:events';
import { toApp } from '../chromium/addresses.ts';
import { runningChromium } from '../chromium/running.ts';
import { emitter } from '../not-emulated.ts';
import { makeEvent } from './event.ts';

class DownloadItemHost
  extends emitter('DownloadItem')
  implements Pick<Electron.DownloadItem, 'cancel' | 'getURL' | 'getFilename' | 'getState'>
{
  readonly #url: string;
  readonly #filename: string;
  cancelled = false;

  constructor(url: string, filename: string) {
    super();
    this.#url = url;
    this.#filename = filename;
  }
  cancel(): void {
    this.cancelled = true;
  }
  getURL(): string {
    return this.#url;
  }
  getFilename(): string {
    return this.#filename;
  }
  getState() {
    return this.cancelled ? ('cancelled' as const) : ('progressing' as const);
  }
}

export function watchDownloads(session: EventEmitter): void {
  const { browser } = runningChromium().connection;
  browser.tell('Browser.setDownloadBehavior', { behavior: 'deny', eventsEnabled: true });
  browser.on('Browser.downloadWillBegin', ({ url, suggestedFilename, guid }) => {
    const event = makeEvent();
    const item = new DownloadItemHost(toApp(url), suggestedFilename);
    session.emit('will-download', event, item);
    if (!event.defaultPrevented && !item.cancelled) {
      console.error(`Chromium host: downloading ${item.getFilename()} is not emulated, and was cancelled`);
    }
    browser.send('Browser.cancelDownload', { guid }).catch(() => {
      // Chromium was told to deny it, and may have ended it already.
    });
  });
}
