// webContents: one page of a window, over Chromium's DevTools protocol.
import { toApp, toChromium } from '../chromium/addresses.ts';
import type { CdpSession } from '../chromium/cdp.ts';
import { allowEvents } from '../not-emulated.ts';
import type { FromRenderer } from '../renderer/messages.ts';
import { clone, preloadScript } from '../renderer/scripts.ts';
import { makeEvent } from './event.ts';
import { IpcMainHost } from './ipc-main.ts';
import { nativeTheme } from './native-theme.ts';
import { Navigation } from './navigation.ts';
import { PageContents } from './page-contents.ts';
import { watchPageEvents } from './page-events.ts';
import { Page, type Bounds } from './page.ts';
import { RendererMessages } from './renderer-messages.ts';
import { rendererProcess } from './renderer-process.ts';
import { answerRequests } from './requests.ts';
import { defaultSession } from './session.ts';
import type { WebFrameMainHost } from './web-frame-main.ts';

type OpenHandler = Parameters<Electron.WebContents['setWindowOpenHandler']>[0];

type Emulated =
  | 'id'
  | 'getURL'
  | 'getTitle'
  | 'getType'
  | 'getOSProcessId'
  | 'getProcessId'
  | 'getUserAgent'
  | 'loadURL'
  | 'reload'
  | 'reloadIgnoringCache'
  | 'send'
  | 'setWindowOpenHandler'
  | 'close'
  | 'isDestroyed'
  | 'isFocused'
  | 'isLoading'
  | 'isCrashed';

/** Events that are emitted here, and those that may be waited for though nothing in the host brings them about. */
const EVENTS = [
  ...['will-navigate', 'will-frame-navigate', 'will-redirect', 'did-start-navigation', 'did-navigate'],
  ...['did-navigate-in-page', 'did-start-loading', 'did-stop-loading', 'dom-ready', 'did-finish-load'],
  ...['did-frame-finish-load', 'did-fail-load', 'render-process-gone', 'before-input-event'],
  ...['console-message', 'preload-error', 'ipc-message', 'will-prevent-unload', 'page-title-updated'],
  ...['focus', 'blur', 'destroyed', 'will-attach-webview', 'did-attach-webview', 'did-create-window'],
  ...['devtools-opened', 'devtools-closed', 'unresponsive', 'responsive', 'certificate-error', 'login'],
  'select-client-certificate',
  // Never comes: no page moves a window of the host's.
  'content-bounds-updated',
];

const all = new Map<number, WebContentsHost>();
let lastId = 0;

export interface ContentsOptions {
  bounds: Bounds;
  preload: string | undefined;
  additionalArguments: string[];
}

export class WebContentsHost extends PageContents implements Pick<Electron.WebContents, Emulated> {
  readonly id = ++lastId;
  readonly session = defaultSession;
  readonly ipc = new IpcMainHost();
  readonly page: Page;
  readonly #navigation: Navigation;
  readonly #messages: RendererMessages;
  #openHandler: OpenHandler | undefined;
  #title = '';
  #focused = false;
  #crashed = false;
  #closing = false;
  #destroyed = false;

  static getAllWebContents(): WebContentsHost[] {
    return [...all.values()];
  }
  static getFocusedWebContents(): WebContentsHost | null {
    return WebContentsHost.getAllWebContents().find((contents) => contents.isFocused()) ?? null;
  }
  static fromId(id: number): WebContentsHost | undefined {
    return all.get(id);
  }
  static fromDevToolsTargetId(targetId: string): WebContentsHost | undefined {
    return WebContentsHost.getAllWebContents().find(({ page }) => page.targetId === targetId);
  }
  static fromFrame(frame: WebFrameMainHost): WebContentsHost | undefined {
    return WebContentsHost.getAllWebContents().find(({ mainFrame }) => mainFrame === frame.top);
  }

  constructor({ bounds, preload, additionalArguments }: ContentsOptions) {
    super();
    allowEvents(this, 'webContents', EVENTS);
    const script = preloadScript(preload, rendererProcess(additionalArguments));
    this.page = new Page({ bounds, preloadScript: script.source });
    this.#navigation = new Navigation(this, this.page);
    this.#messages = new RendererMessages({
      contents: this,
      navigation: this.#navigation,
      preload,
      deliver: (message) => {
        this.page.deliver(message);
      },
      opens: (request) => {
        this.#opens(request);
      },
    });
    all.set(this.id, this);
    this.on('dom-ready', () => {
      if (this.zoomFactor !== 1) this.applyZoom();
    });
    this.page
      .on('message', (message, isTopFrame) => {
        this.#messages.receive(message, isTopFrame);
      })
      .once('attached', (session) => {
        this.#attach(session);
        if (!script.error) return;
        console.error(`Unable to load preload script: ${preload ?? ''}\n${String(script.error)}`);
        this.emit('preload-error', makeEvent(), preload, script.error);
      })
      .once('ended', () => {
        this.finish();
      });
    this.page.session.catch((error: unknown) => {
      if (!this.#destroyed) console.error(error);
    });
  }

  #attach(session: CdpSession): void {
    const { targetId = '' } = this.page;
    this.#navigation.attach(session, targetId);
    answerRequests(session, {
      webRequest: this.session.webRequest,
      mayNavigate: (paused, url) => this.#navigation.mayNavigate(paused, url),
    });
    watchPageEvents(session, {
      onConsole: (message) => this.emit('console-message', makeEvent({ ...message, frame: this.mainFrame })),
      onCrash: () => {
        this.#gone();
      },
      onBeforeUnload: () => this.#mayUnload(),
    });
    nativeTheme.applyTo(session);
  }

  /** Called when the page has another title. */
  setTitle(title: string): void {
    this.#title = title;
    this.emit('page-title-updated', makeEvent(), title, true);
  }

  #opens({ url, frameName, features, disposition }: FromRenderer & { kind: 'open' }): void {
    const address = toApp(url);
    const referrer = { url: this.getURL(), policy: 'strict-origin-when-cross-origin' as const };
    const answer = this.#openHandler?.({ url: address, frameName, features, disposition, referrer });
    if (answer?.action !== 'deny') {
      console.error(`Chromium host: opening a window for ${address} is not emulated, and was refused`);
    }
  }

  #gone(): void {
    this.#crashed = true;
    this.#navigation.end('net::ERR_FAILED');
    const details = { reason: 'crashed', exitCode: 5 } satisfies Electron.RenderProcessGoneDetails;
    this.emit('render-process-gone', makeEvent(), details);
  }

  get mainFrame(): WebFrameMainHost {
    return this.#navigation.frame;
  }
  /** Of this page's origin: what it put into the browser's storage. */
  async clearStorage(): Promise<void> {
    const session = await this.page.session;
    const { origin } = new URL(toChromium(this.getURL()));
    await session.send('Storage.clearDataForOrigin', { origin, storageTypes: 'all' });
  }

  getURL(): string {
    return this.#navigation.url;
  }
  getTitle(): string {
    return this.#title;
  }
  getType() {
    return 'window' as const;
  }
  /** Chromium's process ids aren't within DevTools' reach: each page counts as a process of its own. */
  getOSProcessId(): number {
    return this.id;
  }
  getProcessId(): number {
    return this.id;
  }
  getUserAgent(): string {
    return this.session.getUserAgent();
  }
  override isDestroyed(): boolean {
    return this.#destroyed;
  }
  isFocused(): boolean {
    return this.#focused;
  }
  isLoading(): boolean {
    return this.#navigation.isLoading;
  }
  isCrashed(): boolean {
    return this.#crashed;
  }

  async loadURL(url: string): Promise<void> {
    await this.session.decidePermissions(this, url);
    this.#crashed = false;
    await this.#navigation.load(url);
  }
  reload(): void {
    this.#reload(false);
  }
  reloadIgnoringCache(): void {
    this.#reload(true);
  }
  #reload(ignoreCache: boolean): void {
    this.#crashed = false;
    this.#navigation.reload(ignoreCache).catch((error: unknown) => {
      if (!this.#destroyed) console.error(`Chromium host: reload: ${String(error)}`);
    });
  }

  send(channel: string, ...args: unknown[]): void {
    if (typeof channel !== 'string') throw new TypeError('Missing required channel argument');
    this.page.deliver({ kind: 'event', channel, args: clone.encode(args) });
  }
  setWindowOpenHandler(handler: OpenHandler): void {
    this.#openHandler = handler;
  }

  /** Closes the window, without asking the page unless `waitForBeforeUnload`. */
  close(options?: Electron.CloseOpts): void {
    this.emit('-close-requested', options?.waitForBeforeUnload ?? false);
  }

  /** Lets the page's beforeunload listeners refuse, then closes it. */
  closeAskingPage(): void {
    this.#closing = true;
    this.tellPage((session) => {
      session.tell('Page.close');
    });
  }

  /** Whether the page may go: on a display the host asks in the user's name, see renderer/page-watch.ts. */
  #mayUnload(): boolean {
    if (!this.#closing && !this.#navigation.isLeaving) {
      const byUser = makeEvent();
      this.emit('-user-closes', byUser);
      if (byUser.defaultPrevented) return false;
    }
    if (!this.#messages.pagePrevents) return true;
    const event = makeEvent();
    this.emit('will-prevent-unload', event);
    if (event.defaultPrevented) return true;
    if (this.#closing) this.emit('-stays');
    this.#closing = false;
    return false;
  }

  setFocused(focused: boolean): void {
    if (focused === this.#focused || this.#destroyed) return;
    this.#focused = focused;
    this.emit(focused ? 'focus' : 'blur', makeEvent());
  }

  /** Marks the page as gone, whoever closed it. */
  finish(): void {
    if (this.#destroyed) return;
    this.#destroyed = true;
    this.#focused = false;
    all.delete(this.id);
    this.#navigation.end('net::ERR_ABORTED');
    this.emit('destroyed', makeEvent());
  }
}
