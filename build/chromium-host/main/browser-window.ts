// BrowserWindow: a page of Chromium's in a window of its own, headless or on a display.
import { onDisplay } from '../chromium/running.ts';
import { allowEvents, notEmulated, refuseOptions } from '../not-emulated.ts';
import { app } from './app.ts';
import { makeEvent, type PreventableEvent } from './event.ts';
import { FramedWindow } from './framed-window.ts';
import type { NativeImageHost } from './native-image.ts';
import { WebContentsHost } from './web-contents.ts';

type Emulated =
  | 'id'
  | 'loadURL'
  | 'show'
  | 'showInactive'
  | 'hide'
  | 'focus'
  | 'blur'
  | 'close'
  | 'destroy'
  | 'isFocused'
  | 'isVisible'
  | 'isDestroyed'
  | 'isModal'
  | 'reload'
  | 'moveTop';

const EVENTS = [
  ...[
    'close',
    'closed',
    'show',
    'hide',
    'focus',
    'blur',
    'ready-to-show',
    'page-title-updated',
    'resize',
    'resized',
  ],
  ...['move', 'moved', 'minimize', 'maximize', 'unmaximize', 'restore', 'responsive', 'unresponsive'],
  ...['session-end', 'query-session-end'],
];

/** What would weaken a page, or show what the host can't show. */
const REFUSED = {
  sandbox: false,
  contextIsolation: false,
  nodeIntegration: true,
  nodeIntegrationInSubFrames: true,
  nodeIntegrationInWorker: true,
  webSecurity: false,
  allowRunningInsecureContent: true,
  webviewTag: true,
  experimentalFeatures: true,
  offscreen: true,
};
const REFUSED_FRAME = { frame: false, transparent: true, kiosk: true, fullscreen: true };

const all = new Map<number, BrowserWindowHost>();
let lastId = 0;

export class BrowserWindowHost extends FramedWindow implements Pick<Electron.BrowserWindow, Emulated> {
  readonly id = ++lastId;
  override readonly webContents: WebContentsHost;
  readonly #modal: boolean;
  readonly #parent: BrowserWindowHost | null;
  #visible = false;
  #closing = false;
  #destroyed = false;

  static getAllWindows(): BrowserWindowHost[] {
    return [...all.values()];
  }
  static getFocusedWindow(): BrowserWindowHost | null {
    return [...all.values()].find((window) => window.isFocused()) ?? null;
  }
  static fromWebContents(contents: WebContentsHost | undefined): BrowserWindowHost | null {
    return [...all.values()].find(({ webContents }) => webContents === contents) ?? null;
  }
  static fromId(id: number): BrowserWindowHost | null {
    return all.get(id) ?? null;
  }

  constructor(options: Electron.BrowserWindowConstructorOptions = {}) {
    if (!app.isReady()) throw new Error('Cannot create BrowserWindow before app is ready');
    super(options, app.getName());
    allowEvents(this, 'BrowserWindow', EVENTS);
    const { webPreferences = {} } = options;
    refuseOptions('BrowserWindow webPreferences', webPreferences, REFUSED);
    refuseOptions('BrowserWindow', options, REFUSED_FRAME);
    if (webPreferences.partition !== undefined || webPreferences.session !== undefined) {
      notEmulated('BrowserWindow webPreferences.partition');
    }
    this.#modal = options.modal ?? false;
    this.#parent = (options.parent as unknown as BrowserWindowHost | undefined) ?? null;
    this.webContents = new WebContentsHost({
      bounds: this.getBounds(),
      preload: webPreferences.preload,
      additionalArguments: webPreferences.additionalArguments ?? [],
    });
    all.set(this.id, this);
    this.#listen();
    app.emit('web-contents-created', makeEvent(), this.webContents);
    app.emit('browser-window-created', makeEvent(), this);
    if (options.show ?? true) this.show();
    else if (onDisplay) this.setState('minimized');
  }

  #listen(): void {
    const { webContents } = this;
    let painted = false;
    webContents.on('-first-paint', () => {
      if (!painted) this.emit('ready-to-show', makeEvent());
      painted = true;
    });
    webContents.on('page-title-updated', (_event, title: string, explicit: boolean) => {
      const event = makeEvent();
      this.emit('page-title-updated', event, title, explicit);
      if (!event.defaultPrevented) this.setTitle(title);
    });
    webContents.on('-close-requested', (waitForBeforeUnload: boolean) => {
      if (waitForBeforeUnload) webContents.closeAskingPage();
      else this.destroy();
    });
    webContents.on('-user-closes', (event: PreventableEvent) => {
      this.emit('close', event);
    });
    webContents.on('-stays', () => {
      this.#closing = false;
      app.windowStayed();
    });
    webContents.on('focus', () => {
      this.emit('focus', makeEvent());
      app.emit('browser-window-focus', makeEvent(), this);
    });
    webContents.on('blur', () => {
      this.emit('blur', makeEvent());
      app.emit('browser-window-blur', makeEvent(), this);
    });
    webContents.on('render-process-gone', (_event, details) => {
      app.emit('render-process-gone', makeEvent(), webContents, details);
    });
    webContents.once('destroyed', () => {
      this.#finish();
    });
  }

  loadURL(url: string): Promise<void> {
    return this.webContents.loadURL(url);
  }
  reload(): void {
    this.webContents.reload();
  }
  capturePage(rect?: Electron.Rectangle): Promise<NativeImageHost> {
    return this.webContents.capturePage(rect);
  }

  show(): void {
    this.showInactive();
    this.focus();
  }
  showInactive(): void {
    this.checkAlive();
    if (this.isMinimized() || (onDisplay && !this.#visible)) this.setState('normal');
    if (this.#visible) return;
    this.#visible = true;
    this.emit('show', makeEvent());
  }
  hide(): void {
    this.checkAlive();
    if (!this.#visible) return;
    this.#visible = false;
    if (onDisplay) this.setState('minimized');
    this.blur();
    this.emit('hide', makeEvent());
  }
  focus(): void {
    this.checkAlive();
    if (!this.#visible) return;
    for (const other of all.values()) if (other !== this) other.webContents.setFocused(false);
    this.webContents.setFocused(true);
    this.webContents.focus();
  }
  override blur(): void {
    this.webContents.setFocused(false);
  }
  moveTop(): void {
    this.webContents.focus();
  }
  isFocused(): boolean {
    return this.webContents.isFocused();
  }
  isVisible(): boolean {
    return this.#visible;
  }
  isDestroyed(): boolean {
    return this.#destroyed;
  }
  isModal(): boolean {
    return this.#modal;
  }
  getParentWindow(): BrowserWindowHost | null {
    return this.#parent;
  }
  getChildWindows(): BrowserWindowHost[] {
    return [...all.values()].filter((window) => window.getParentWindow() === this);
  }

  close(): void {
    if (this.#destroyed || this.#closing) return;
    const event = makeEvent();
    this.emit('close', event);
    if (event.defaultPrevented) {
      app.windowStayed();
      return;
    }
    // A listener may have destroyed the window meanwhile.
    if (this.isDestroyed()) return;
    this.#closing = true;
    this.webContents.closeAskingPage();
  }
  destroy(): void {
    if (this.#destroyed) return;
    this.inChromium(this.webContents.page.close());
    this.webContents.finish();
  }
  #finish(): void {
    if (this.#destroyed) return;
    this.#destroyed = true;
    this.#visible = false;
    all.delete(this.id);
    this.emit('closed', makeEvent());
    if (all.size === 0) app.lastWindowClosed();
  }

  protected override checkAlive(): void {
    if (this.#destroyed) throw new TypeError('Object has been destroyed');
  }
  protected override inChromium(done: Promise<void>): void {
    done.catch((error: unknown) => {
      if (!this.#destroyed) console.error(`Chromium host: ${String(error)}`);
    });
  }
}
