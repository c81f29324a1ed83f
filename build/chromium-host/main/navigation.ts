// Where a page stands and goes: loadURL, reload, and the events of loading and navigating.
import { toApp, toChromium } from '../chromium/addresses.ts';
import type { CdpSession, Protocol } from '../chromium/cdp.ts';
import { makeEvent } from './event.ts';
import { LoadError, netErrorCode } from './net-errors.ts';
import type { Page } from './page.ts';
import { WebFrameMainHost } from './web-frame-main.ts';

/** What navigation needs of the page's webContents. */
export interface Navigating {
  readonly id: number;
  emit(event: string, ...args: unknown[]): boolean;
  send(channel: string, ...args: unknown[]): void;
}

interface Loading {
  resolve: () => void;
  reject: (error: Error) => void;
}

export class Navigation {
  readonly #contents: Navigating;
  readonly #page: Page;
  /** Chromium's is not within reach: each page counts as a process of its own. */
  readonly #processId: number;
  /** By loader: who waits for a document to be loaded. */
  readonly #loading = new Map<string, Loading>();
  /** By frame: the address that the page itself asked for last, not the host nor DevTools. */
  readonly #askedByPage = new Map<string, string>();
  #mainFrameId = '';
  #loaderId = '';
  #loaded = '';
  #isLoading = false;
  /** Whether the document is being replaced, by the host or by itself. */
  #leaving = false;
  #lastAttempt = '';
  frame: WebFrameMainHost;

  constructor(contents: Navigating, page: Page) {
    this.#contents = contents;
    this.#page = page;
    this.#processId = contents.id;
    this.frame = this.#makeFrame('');
  }

  get url(): string {
    return this.frame.url;
  }
  get isLeaving(): boolean {
    return this.#leaving || this.#askedByPage.has(this.#mainFrameId);
  }
  get isLoading(): boolean {
    return this.#isLoading;
  }

  #makeFrame(url: string, parent: WebFrameMainHost | null = null): WebFrameMainHost {
    return new WebFrameMainHost({
      url,
      parent,
      processId: this.#processId,
      send: (channel, args) => {
        this.#contents.send(channel, ...args);
      },
    });
  }

  attach(session: CdpSession, mainFrameId: string): void {
    this.#mainFrameId = mainFrameId;
    const isMain = (frameId: string) => frameId === mainFrameId;
    const emit = this.#contents.emit.bind(this.#contents);
    session
      .on('Page.frameRequestedNavigation', ({ frameId, url }) => {
        this.#askedByPage.set(frameId, url);
      })
      .on('Page.frameStartedLoading', ({ frameId }) => {
        if (!isMain(frameId) || this.#isLoading) return;
        this.#isLoading = true;
        emit('did-start-loading', makeEvent());
      })
      .on('Page.frameStoppedLoading', ({ frameId }) => {
        if (!isMain(frameId) || !this.#isLoading) return;
        this.#isLoading = false;
        emit('did-stop-loading', makeEvent());
      })
      .on('Page.frameStartedNavigating', ({ frameId, url, navigationType }) => {
        const isSameDocument = /SameDocument$/i.test(navigationType);
        const details = { url: toApp(url), isSameDocument, isMainFrame: isMain(frameId), frame: this.frame };
        const ids = [this.#processId, this.frame.routingId];
        emit(
          'did-start-navigation',
          makeEvent(details),
          details.url,
          isSameDocument,
          details.isMainFrame,
          ...ids,
        );
      })
      .on('Page.frameNavigated', ({ frame }) => {
        this.#committed(frame);
      })
      .on('Page.navigatedWithinDocument', ({ frameId, url }) => {
        if (!isMain(frameId)) return;
        this.frame.url = toApp(url);
        const ids = [this.#processId, this.frame.routingId];
        emit('did-navigate-in-page', makeEvent(), this.frame.url, true, ...ids);
      })
      .on('Page.lifecycleEvent', ({ frameId, loaderId, name }) => {
        if (isMain(frameId) && loaderId === this.#loaderId) this.#reached(name);
      });
  }

  #committed(frame: Protocol.Page.Frame): void {
    if (frame.parentId !== undefined) return;
    this.#loaderId = frame.loaderId;
    this.#leaving = false;
    const isErrorPage = frame.unreachableUrl !== undefined;
    this.frame.destroy();
    this.frame = this.#makeFrame(toApp(frame.unreachableUrl ?? `${frame.url}${frame.urlFragment ?? ''}`));
    this.#askedByPage.delete(frame.id);
    if (isErrorPage) return;
    this.#contents.emit('did-navigate', makeEvent(), this.frame.url, 200, '');
  }

  #reached(milestone: string): void {
    switch (milestone) {
      case 'firstPaint':
        this.#contents.emit('-first-paint');
        break;
      case 'DOMContentLoaded':
        this.#contents.emit('dom-ready', makeEvent());
        break;
      case 'load':
        // A window's history begins with what the app loads, not with the empty page that Chromium begins with.
        if (this.#loaded === '')
          void this.#page.session.then((session) => session.tell('Page.resetNavigationHistory'));
        this.#loaded = this.#loaderId;
        this.#contents.emit(
          'did-frame-finish-load',
          makeEvent(),
          true,
          this.#processId,
          this.frame.routingId,
        );
        this.#contents.emit('did-finish-load', makeEvent());
        this.#loading.get(this.#loaderId)?.resolve();
        this.#loading.delete(this.#loaderId);
        break;
    }
  }

  /** Resolves when the document is loaded; rejects with a LoadError. */
  async load(url: string): Promise<void> {
    if (!URL.canParse(url)) throw this.#failed('net::ERR_INVALID_URL', url);
    this.#lastAttempt = url;
    this.#leaving = true;
    const session = await this.#page.session;
    const { errorText, loaderId } = await session.send('Page.navigate', { url: toChromium(url) });
    if (errorText) throw this.#failed(errorText, url);
    // Within the same document there is nothing to wait for.
    if (loaderId === undefined || this.#loaded === loaderId) return;
    await new Promise<void>((resolve, reject) => {
      this.#loading.set(loaderId, { resolve, reject });
    });
  }

  async reload(ignoreCache: boolean): Promise<void> {
    const session = await this.#page.session;
    // After a crash there is no document to reload: the last address is loaded again.
    if (this.frame.isDestroyed()) await this.load(this.url || this.#lastAttempt);
    else {
      this.#leaving = true;
      await session.send('Page.reload', { ignoreCache });
    }
  }

  #failed(name: string, url: string): LoadError {
    this.#contents.emit(
      'did-fail-load',
      makeEvent(),
      netErrorCode(name),
      name.replace('net::', ''),
      url,
      true,
      this.#processId,
      this.frame.routingId,
    );
    return new LoadError(name, url);
  }

  /** Asks the app about a navigation that is about to be requested, if the page itself asked for it. */
  mayNavigate({ frameId, request }: Protocol.Fetch.requestPausedPayload, url: string): boolean {
    const asked = this.#askedByPage.get(frameId);
    if (asked === undefined || withoutFragment(asked) !== withoutFragment(request.url)) return true;
    this.#askedByPage.delete(frameId);
    return this.allows(url, frameId === this.#mainFrameId);
  }

  /** Emits will-navigate and will-frame-navigate; false if one was prevented. */
  allows(url: string, isMainFrame: boolean): boolean {
    const frame = isMainFrame ? this.frame : this.#makeFrame('', this.frame);
    const params = { url, isSameDocument: false, isMainFrame, frame, initiator: this.frame };
    const ids = [this.#processId, frame.routingId];
    const onFrame = makeEvent(params);
    this.#contents.emit('will-frame-navigate', onFrame);
    if (!isMainFrame) return !onFrame.defaultPrevented;
    const onMain = makeEvent(params);
    this.#contents.emit('will-navigate', onMain, url, false, true, ...ids);
    return !onFrame.defaultPrevented && !onMain.defaultPrevented;
  }

  /** The renderer is gone, or the page closed. */
  end(why: string): void {
    this.frame.destroy();
    for (const { reject } of this.#loading.values()) reject(new LoadError(why, this.#lastAttempt));
    this.#loading.clear();
  }
}

const withoutFragment = (url: string) => url.replace(/#.*$/s, '');
