// webContents: one page of a window, over Chromium's DevTools protocol.
import { toApp } from '../chromium/addresses.ts';
import { runningChromium } from '../chromium/running.ts';
import { allowEvents, emitter, notEmulated } from '../not-emulated.ts';
import type { FromRenderer } from '../renderer/messages.ts';
import { clone, preloadScript } from '../renderer/scripts.ts';
import { electronVersion } from './application.ts';
import { makeEvent } from './event.ts';
import { ipcMain, IpcMainHost, unsupportedEventFields } from './ipc-main.ts';
import { NativeImageHost } from './native-image.ts';
import { nativeTheme } from './native-theme.ts';
import { Navigation } from './navigation.ts';
import { Page, type Bounds } from './page.ts';
import { pdfOptions } from './print-to-pdf.ts';
import { answerRequests } from './requests.ts';
import { defaultSession, type SessionHost } from './session.ts';
import type { WebFrameMainHost } from './web-frame-main.ts';

type OpenHandler = Parameters<Electron.WebContents['setWindowOpenHandler']>[0];

type Emulated =
  | 'id'
  | 'getURL'
  | 'getTitle'
  | 'getType'
  | 'getOSProcessId'
  | 'getProcessId'
  | 'getZoomFactor'
  | 'setZoomFactor'
  | 'getZoomLevel'
  | 'setZoomLevel'
  | 'loadURL'
  | 'reload'
  | 'reloadIgnoringCache'
  | 'stop'
  | 'send'
  | 'setWindowOpenHandler'
  | 'close'
  | 'focus'
  | 'isDestroyed'
  | 'isFocused'
  | 'isLoading'
  | 'isCrashed'
  | 'isDevToolsOpened'
  | 'closeDevTools'
  | 'forcefullyCrashRenderer'
  | 'executeJavaScript'
  | 'insertText'
  | 'printToPDF'
  | 'getUserAgent';

/** Events that are emitted here, and those that may be waited for though nothing in the host brings them about. */
const EVENTS = [
  ...['will-navigate', 'will-frame-navigate', 'will-redirect', 'did-start-navigation', 'did-navigate'],
  ...['did-navigate-in-page', 'did-start-loading', 'did-stop-loading', 'dom-ready', 'did-finish-load'],
  ...[
    'did-frame-finish-load',
    'did-fail-load',
    'render-process-gone',
    'before-input-event',
    'console-message',
  ],
  ...[
    'preload-error',
    'ipc-message',
    'will-prevent-unload',
    'page-title-updated',
    'focus',
    'blur',
    'destroyed',
  ],
  ...['will-attach-webview', 'did-attach-webview', 'did-create-window', 'devtools-opened', 'devtools-closed'],
  ...['unresponsive', 'responsive', 'certificate-error', 'login', 'select-client-certificate'],
];

const all = new Map<number, WebContentsHost>();
let lastId = 0;

export interface ContentsOptions {
  bounds: Bounds;
  preload: string | undefined;
  additionalArguments: string[];
}

export class WebContentsHost extends emitter('webContents') implements Pick<Electron.WebContents, Emulated> {
  readonly id = ++lastId;
  readonly session: SessionHost = defaultSession;
  readonly ipc = new IpcMainHost();
  readonly page: Page;
  readonly #navigation: Navigation;
  readonly #preload: string | undefined;
  #openHandler: OpenHandler | undefined;
  #title = '';
  #zoomFactor = 1;
  #focused = false;
  #crashed = false;
  #destroyed = false;

  static getAllWebContents(): WebContentsHost[] {
    return [...all.values()];
  }
  static getFocusedWebContents(): WebContentsHost | null {
    return [...all.values()].find((contents) => contents.isFocused()) ?? null;
  }
  static fromId(id: number): WebContentsHost | undefined {
    return all.get(id);
  }
  static fromDevToolsTargetId(targetId: string): WebContentsHost | undefined {
    return [...all.values()].find(({ page }) => page.targetId === targetId);
  }
  static fromFrame(frame: WebFrameMainHost): WebContentsHost | undefined {
    return [...all.values()].find(({ mainFrame }) => mainFrame === frame.top);
  }

  constructor({ bounds, preload, additionalArguments }: ContentsOptions) {
    super();
    allowEvents(this, 'webContents', EVENTS);
    this.#preload = preload;
    const script = preloadScript(preload, rendererProcess(additionalArguments));
    this.page = new Page({ bounds, preloadScript: script.source });
    this.#navigation = new Navigation(
      {
        emit: this.emit.bind(this),
        session: this.page.session,
        sendTo: (_frame, channel, args) => {
          this.send(channel, ...args);
        },
      },
      this.id,
    );
    all.set(this.id, this);
    this.page.on('message', (message, isTopFrame) => {
      this.#receive(message, isTopFrame);
    });
    this.page.once('ended', () => {
      this.finish();
    });
    this.page.once('attached', (session) => {
      this.#navigation.attach(session, this.page.targetId ?? '');
      answerRequests(session, {
        webRequest: this.session.webRequest,
        mayNavigate: (paused, url) => this.#navigation.mayNavigate(paused, url),
      });
      session
        .on('Inspector.targetCrashed', () => {
          this.#gone();
        })
        .on('Runtime.consoleAPICalled', ({ type, args, stackTrace }) => {
          const message = args.map(({ value, description }) => String(value ?? description ?? '')).join(' ');
          const at = stackTrace?.callFrames[0];
          const level = LEVELS[type] ?? 'info';
          const place = { lineNumber: at?.lineNumber ?? 0, sourceId: toApp(at?.url ?? '') };
          this.emit('console-message', makeEvent({ message, level, ...place, frame: this.mainFrame }));
        })
        .on('Page.javascriptDialogOpening', ({ type, message }) => {
          if (type === 'beforeunload') this.#beforeUnload();
          else {
            console.error(`Chromium host: ${type}() is not emulated, and was dismissed: ${message}`);
            session.tell('Page.handleJavaScriptDialog', { accept: false });
          }
        });
      if (script.error) {
        this.emit('preload-error', makeEvent(), preload, script.error);
        console.error(`Unable to load preload script: ${preload ?? ''}\n${String(script.error)}`);
      }
      nativeTheme.applyTo(session);
    });
    // Navigating to a page needs its permissions decided, and loadURL reports a page that couldn't be made.
    this.page.session.catch((error: unknown) => {
      if (!this.#destroyed) console.error(error);
    });
    const { browser } = runningChromium().connection;
    browser.on('Target.targetInfoChanged', ({ targetInfo }) => {
      if (targetInfo.targetId === this.page.targetId) this.#titled(targetInfo.title);
    });
  }

  #titled(title: string): void {
    // Until a page has a title, Chromium shows its address.
    if (title === this.#title || title === '' || /^(about:|data:|[\w.-]+\.host\.invalid)/.test(title)) return;
    this.#title = title;
    this.emit('page-title-updated', makeEvent(), title, true);
  }

  get mainFrame(): WebFrameMainHost {
    return this.#navigation.frame;
  }

  #receive(message: FromRenderer, isTopFrame: boolean): void {
    if (message.kind === 'open') {
      this.#opens(message);
      return;
    }
    if (!isTopFrame) return;
    this.mainFrame.url = toApp(message.href);
    switch (message.kind) {
      case 'invoke':
        void this.#invoked(message);
        break;
      case 'send': {
        const args = clone.decode(message.args) as unknown[];
        const event = this.#ipcEvent({
          reply: (channel: string, ...rest: unknown[]) => {
            this.send(channel, ...rest);
          },
        });
        this.emit('ipc-message', event, message.channel, ...args);
        this.ipc.emit(message.channel, event, ...args);
        ipcMain.emit(message.channel, event, ...args);
        break;
      }
      case 'preload-error': {
        const error = Object.assign(new Error(message.message), { stack: message.stack });
        this.emit('preload-error', makeEvent(), this.#preload, error);
        break;
      }
      case 'leave':
        if (this.#navigation.allows(message.url, true)) {
          console.error(`Chromium host: a navigation to ${message.url} is not emulated, and was refused`);
        }
        break;
      case 'focus':
        this.setFocused(message.focused);
        break;
      case 'input':
        this.emit(
          'before-input-event',
          makeEvent({
            preventDefault: () => notEmulated('webContents before-input-event preventDefault'),
          }),
          message.input,
        );
        break;
    }
  }

  #ipcEvent(fields: object) {
    const frame = this.mainFrame;
    const own = {
      type: 'frame' as const,
      sender: this,
      processId: this.id,
      frameId: frame.routingId,
      // Null once that document is gone, as in Electron: it must be read before anything is awaited.
      get senderFrame() {
        return frame.isDestroyed() ? null : frame;
      },
    };
    Object.defineProperties(own, Object.getOwnPropertyDescriptors(unsupportedEventFields));
    return makeEvent(Object.assign(own, fields));
  }

  async #invoked({ id, channel, args }: FromRenderer & { kind: 'invoke' }): Promise<void> {
    const frame = this.mainFrame;
    const handler = this.ipc.handlerOf(channel) ?? ipcMain.handlerOf(channel);
    let message: Parameters<Page['deliver']>[0];
    try {
      if (!handler) throw new Error(`No handler registered for '${channel}'`);
      const event = this.#ipcEvent({}) as unknown as Electron.IpcMainInvokeEvent;
      const result: unknown = await handler(event, ...(clone.decode(args) as unknown[]));
      message = { kind: 'result', id, result: clone.encode(result) };
    } catch (error) {
      if (handler) console.error(`Error occurred in handler for '${channel}':`, error);
      message = {
        kind: 'failure',
        id,
        message: `Error invoking remote method '${channel}': ${String(error)}`,
      };
    }
    // The document that asked may be gone; the next one has its own numbers.
    if (frame === this.mainFrame) this.page.deliver(message);
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

  getURL(): string {
    return this.#navigation.url;
  }
  getTitle(): string {
    return this.#title;
  }
  getType() {
    return 'window' as const;
  }
  getOSProcessId(): number {
    return this.id;
  }
  getProcessId(): number {
    return this.id;
  }
  getUserAgent(): string {
    return this.session.getUserAgent();
  }
  isDestroyed(): boolean {
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
  isDevToolsOpened(): boolean {
    return false;
  }
  closeDevTools(): void {
    // There are none to close.
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
  stop(): void {
    this.#tell((session) => {
      session.tell('Page.stopLoading');
    });
  }

  send(channel: string, ...args: unknown[]): void {
    if (typeof channel !== 'string') throw new TypeError('Missing required channel argument');
    this.page.deliver({ kind: 'event', channel, args: clone.encode(args) });
  }

  setWindowOpenHandler(handler: OpenHandler): void {
    this.#openHandler = handler;
  }

  /** Closes the window, without asking unless `waitForBeforeUnload`. */
  close(options?: Electron.CloseOpts): void {
    this.emit('-close-requested', options?.waitForBeforeUnload ?? false);
  }

  /** Lets the page's beforeunload listeners refuse, then closes it. */
  closeAskingPage(): void {
    this.#tell((session) => {
      session.tell('Page.close');
    });
  }
  #beforeUnload(): void {
    const event = makeEvent();
    this.emit('will-prevent-unload', event);
    if (!event.defaultPrevented) this.emit('-stays');
    this.#tell((session) => {
      session.tell('Page.handleJavaScriptDialog', { accept: event.defaultPrevented });
    });
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

  focus(): void {
    this.#tell((session) => {
      session.tell('Page.bringToFront');
    });
  }
  setFocused(focused: boolean): void {
    if (focused === this.#focused || this.#destroyed) return;
    this.#focused = focused;
    this.emit(focused ? 'focus' : 'blur', makeEvent());
  }

  forcefullyCrashRenderer(): void {
    this.page.session
      .then((session) => session.send('Page.crash'))
      // A crashed page can't answer.
      .catch(() => undefined);
  }

  async executeJavaScript(code: string, userGesture = false): Promise<unknown> {
    const session = await this.page.session;
    const { result, exceptionDetails } = await session.send('Runtime.evaluate', {
      expression: code,
      userGesture,
      awaitPromise: true,
      returnByValue: true,
    });
    if (exceptionDetails) {
      throw new Error(exceptionDetails.exception?.description?.split('\n')[0] ?? exceptionDetails.text);
    }
    return result.value;
  }

  async insertText(text: string): Promise<void> {
    const session = await this.page.session;
    await session.send('Input.insertText', { text });
  }

  async capturePage(rect?: Electron.Rectangle): Promise<NativeImageHost> {
    const session = await this.page.session;
    const { data } = await session.send('Page.captureScreenshot', {
      format: 'png',
      ...(rect && { clip: { ...rect, scale: 1 } }),
    });
    return NativeImageHost.fromPng(Buffer.from(data, 'base64'));
  }

  async printToPDF(options: Electron.PrintToPDFOptions): Promise<Buffer> {
    const session = await this.page.session;
    const { data } = await session.send('Page.printToPDF', pdfOptions(options));
    return Buffer.from(data, 'base64');
  }

  getZoomFactor(): number {
    return this.#zoomFactor;
  }
  get zoomFactor(): number {
    return this.#zoomFactor;
  }
  set zoomFactor(factor: number) {
    this.setZoomFactor(factor);
  }
  setZoomFactor(factor: number): void {
    if (!(factor > 0)) throw new Error("'zoomFactor' must be a double greater than 0.0");
    this.#zoomFactor = factor;
    // Chromium keeps a zoom per origin, but not within DevTools' reach: the page is scaled by its root element.
    void this.executeJavaScript(`document.documentElement.style.zoom = ${factor === 1 ? "''" : factor}`);
  }
  getZoomLevel(): number {
    return Math.log(this.#zoomFactor) / Math.log(1.2);
  }
  setZoomLevel(level: number): void {
    this.setZoomFactor(1.2 ** level);
  }

  #tell(command: (session: Awaited<Page['session']>) => void): void {
    this.page.session.then(command).catch((error: unknown) => {
      if (!this.#destroyed) console.error(`Chromium host: ${String(error)}`);
    });
  }
}

const LEVELS: Record<string, 'info' | 'warning' | 'error' | 'debug'> = {
  error: 'error',
  assert: 'error',
  warning: 'warning',
  debug: 'debug',
};

/** A sandboxed preload's `process`, but for its functions. */
const rendererProcess = (additionalArguments: string[]): Record<string, unknown> => ({
  type: 'renderer',
  sandboxed: true,
  contextIsolated: true,
  isMainFrame: true,
  platform: process.platform,
  arch: process.arch,
  pid: process.pid,
  execPath: process.execPath,
  resourcesPath: process.resourcesPath,
  argv: [process.execPath, '--type=renderer', ...additionalArguments],
  env: { ...process.env },
  version: process.version,
  versions: { ...process.versions, electron: electronVersion },
});
