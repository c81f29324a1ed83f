// BrowserWindow: a page of Chromium's in a window of its own, headless or on a display.
import { HEADLESS_SCREEN } from '../chromium/flags.ts';
import { onDisplay } from '../chromium/running.ts';
import { allowEvents, emitter, notEmulated, refuseOptions } from '../not-emulated.ts';
import { app } from './app.ts';
import { makeEvent } from './event.ts';
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
  | 'minimize'
  | 'maximize'
  | 'unmaximize'
  | 'restore'
  | 'isFocused'
  | 'isVisible'
  | 'isDestroyed'
  | 'isMinimized'
  | 'isMaximized'
  | 'isFullScreen'
  | 'isModal'
  | 'setBounds'
  | 'getBounds'
  | 'getContentBounds'
  | 'getNormalBounds'
  | 'setSize'
  | 'getSize'
  | 'getContentSize'
  | 'setPosition'
  | 'getPosition'
  | 'setMinimumSize'
  | 'getMinimumSize'
  | 'center'
  | 'setTitle'
  | 'getTitle'
  | 'setMenu'
  | 'removeMenu'
  | 'setMenuBarVisibility'
  | 'isMenuBarVisible'
  | 'setAutoHideMenuBar'
  | 'setProgressBar'
  | 'flashFrame'
  | 'setContentProtection'
  | 'setBackgroundColor'
  | 'getBackgroundColor'
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

export class BrowserWindowHost
  extends emitter('BrowserWindow')
  implements Pick<Electron.BrowserWindow, Emulated>
{
  readonly id = ++lastId;
  readonly webContents: WebContentsHost;
  readonly #modal: boolean;
  readonly #parent: BrowserWindowHost | null;
  #bounds: Electron.Rectangle;
  #minimum: [number, number];
  #title: string;
  #background: string;
  #visible = false;
  #state: 'normal' | 'minimized' | 'maximized' = 'normal';
  #closing = false;
  #destroyed = false;
  #menuBar: boolean;

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
    super();
    allowEvents(this, 'BrowserWindow', EVENTS);
    const { webPreferences = {} } = options;
    refuseOptions('BrowserWindow webPreferences', webPreferences, REFUSED);
    refuseOptions('BrowserWindow', options, REFUSED_FRAME);
    if (webPreferences.partition !== undefined || webPreferences.session !== undefined) {
      notEmulated('BrowserWindow webPreferences.partition');
    }
    this.#bounds = startBounds(options);
    this.#minimum = [options.minWidth ?? 0, options.minHeight ?? 0];
    this.#title = options.title ?? app.getName();
    this.#background = options.backgroundColor ?? '#FFFFFF';
    this.#modal = options.modal ?? false;
    this.#parent = (options.parent as unknown as BrowserWindowHost | undefined) ?? null;
    this.#menuBar = !(options.autoHideMenuBar ?? false);
    this.webContents = new WebContentsHost({
      bounds: this.#bounds,
      preload: webPreferences.preload,
      additionalArguments: webPreferences.additionalArguments ?? [],
    });
    all.set(this.id, this);
    this.#listen();
    app.emit('web-contents-created', makeEvent(), this.webContents);
    app.emit('browser-window-created', makeEvent(), this);
    if (options.show ?? true) this.show();
    else if (onDisplay) this.#setState('minimized');
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
      if (!event.defaultPrevented) this.#title = title;
    });
    webContents.on('-close-requested', (waitForBeforeUnload: boolean) => {
      if (waitForBeforeUnload) webContents.closeAskingPage();
      else this.destroy();
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
    this.#check();
    if (this.#state === 'minimized' || (onDisplay && !this.#visible)) this.#setState('normal');
    if (this.#visible) return;
    this.#visible = true;
    this.emit('show', makeEvent());
  }
  hide(): void {
    this.#check();
    if (!this.#visible) return;
    this.#visible = false;
    if (onDisplay) this.#setState('minimized');
    this.blur();
    this.emit('hide', makeEvent());
  }
  focus(): void {
    this.#check();
    if (!this.#visible) return;
    for (const other of all.values()) if (other !== this) other.webContents.setFocused(false);
    this.webContents.setFocused(true);
    this.webContents.focus();
  }
  blur(): void {
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
  isFullScreen(): boolean {
    return false;
  }
  getParentWindow(): BrowserWindowHost | null {
    return this.#parent;
  }
  getChildWindows(): BrowserWindowHost[] {
    return [...all.values()].filter((window) => window.getParentWindow() === this);
  }

  minimize(): void {
    this.#setState('minimized');
    this.blur();
    this.emit('minimize', makeEvent());
  }
  maximize(): void {
    this.#setState('maximized');
    this.emit('maximize', makeEvent());
  }
  unmaximize(): void {
    if (this.#state !== 'maximized') return;
    this.#setState('normal');
    this.emit('unmaximize', makeEvent());
  }
  restore(): void {
    if (this.#state === 'normal') return;
    this.#setState('normal');
    this.emit('restore', makeEvent());
  }
  isMinimized(): boolean {
    return this.#state === 'minimized';
  }
  isMaximized(): boolean {
    return this.#state === 'maximized';
  }
  #setState(state: 'normal' | 'minimized' | 'maximized'): void {
    this.#state = state;
    // A headless page that is minimised stops painting, which Electron's hidden windows don't do at first.
    if (onDisplay || state !== 'minimized') this.#inChromium(this.webContents.page.setWindowState(state));
  }

  setBounds(bounds: Partial<Electron.Rectangle>): void {
    this.#check();
    const before = this.#bounds;
    const [minWidth, minHeight] = this.#minimum;
    const wanted = { ...before, ...bounds };
    this.#bounds = {
      ...wanted,
      width: Math.max(wanted.width, minWidth),
      height: Math.max(wanted.height, minHeight),
    };
    this.#inChromium(this.webContents.page.setBounds(this.#bounds));
    const { x, y, width, height } = this.#bounds;
    if (x !== before.x || y !== before.y) this.emit('move', makeEvent());
    if (width !== before.width || height !== before.height) this.emit('resize', makeEvent());
  }
  getBounds(): Electron.Rectangle {
    return { ...this.#bounds };
  }
  getNormalBounds(): Electron.Rectangle {
    return { ...this.#bounds };
  }
  getContentBounds(): Electron.Rectangle {
    return { ...this.#bounds };
  }
  setSize(width: number, height: number): void {
    this.setBounds({ width, height });
  }
  getSize(): number[] {
    return [this.#bounds.width, this.#bounds.height];
  }
  getContentSize(): number[] {
    return this.getSize();
  }
  setPosition(x: number, y: number): void {
    this.setBounds({ x, y });
  }
  getPosition(): number[] {
    return [this.#bounds.x, this.#bounds.y];
  }
  setMinimumSize(width: number, height: number): void {
    this.#minimum = [width, height];
  }
  getMinimumSize(): number[] {
    return [...this.#minimum];
  }
  center(): void {
    this.setBounds(centred(this.#bounds.width, this.#bounds.height));
  }

  /** The host has no place to show a title but Chromium's own window, which shows the page's. */
  setTitle(title: string): void {
    this.#title = title;
  }
  getTitle(): string {
    return this.#title;
  }
  get title(): string {
    return this.#title;
  }
  set title(title: string) {
    this.setTitle(title);
  }
  setBackgroundColor(color: string): void {
    this.#background = color;
  }
  getBackgroundColor(): string {
    return this.#background;
  }
  setMenu(menu: Electron.Menu | null): void {
    if (menu) notEmulated('BrowserWindow.setMenu', 'menus of a window');
  }
  removeMenu(): void {
    this.#menuBar = false;
  }
  setMenuBarVisibility(visible: boolean): void {
    this.#menuBar = visible;
  }
  isMenuBarVisible(): boolean {
    return this.#menuBar;
  }
  setAutoHideMenuBar(hide: boolean): void {
    this.#menuBar = !hide;
  }
  setProgressBar(progress: number): void {
    if (Number.isNaN(Number(progress))) throw new TypeError('progress must be a number');
  }
  flashFrame(_flag: boolean): void {
    // Linux without a task bar shows nothing either.
  }
  setContentProtection(_enable: boolean): void {
    // Has no effect on Linux in Electron either.
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
    this.#inChromium(this.webContents.page.close());
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

  #check(): void {
    if (this.#destroyed) throw new TypeError('Object has been destroyed');
  }
  #inChromium(done: Promise<void>): void {
    done.catch((error: unknown) => {
      if (!this.#destroyed) console.error(`Chromium host: ${String(error)}`);
    });
  }
}

function centred(width: number, height: number): Electron.Rectangle {
  const middle = (screen: number, own: number) => Math.max(0, Math.round((screen - own) / 2));
  return {
    x: middle(HEADLESS_SCREEN.width, width),
    y: middle(HEADLESS_SCREEN.height, height),
    width,
    height,
  };
}

function startBounds(options: Electron.BrowserWindowConstructorOptions): Electron.Rectangle {
  const width = Math.max(options.width ?? 800, options.minWidth ?? 0);
  const height = Math.max(options.height ?? 600, options.minHeight ?? 0);
  const { x, y } = centred(width, height);
  return { x: options.x ?? x, y: options.y ?? y, width, height };
}
