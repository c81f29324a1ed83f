// A window's frame: where it is, how large, its title, what is around the page.
import { HEADLESS_SCREEN } from '../chromium/flags.ts';
import { onDisplay } from '../chromium/running.ts';
import { emitter, notEmulated } from '../not-emulated.ts';
import { makeEvent } from './event.ts';
import type { WebContentsHost } from './web-contents.ts';

type Emulated =
  | 'minimize'
  | 'maximize'
  | 'unmaximize'
  | 'restore'
  | 'isMinimized'
  | 'isMaximized'
  | 'isFullScreen'
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
  | 'title';

/** The half of BrowserWindow that is about the window and not about its page. */
export abstract class FramedWindow
  extends emitter('BrowserWindow')
  implements Pick<Electron.BrowserWindow, Emulated>
{
  abstract readonly webContents: WebContentsHost;
  #bounds: Electron.Rectangle;
  #minimum: [number, number];
  #title: string;
  #background: string;
  #menuBar: boolean;
  #state: 'normal' | 'minimized' | 'maximized' = 'normal';

  constructor(options: Electron.BrowserWindowConstructorOptions, defaultTitle: string) {
    super();
    this.#bounds = startBounds(options);
    this.#minimum = [options.minWidth ?? 0, options.minHeight ?? 0];
    this.#title = options.title ?? defaultTitle;
    this.#background = options.backgroundColor ?? '#FFFFFF';
    this.#menuBar = !(options.autoHideMenuBar ?? false);
  }

  abstract blur(): void;
  protected abstract checkAlive(): void;
  /** Reports what Chromium couldn't do, unless the window is gone. */
  protected abstract inChromium(done: Promise<void>): void;

  minimize(): void {
    this.setState('minimized');
    this.blur();
    this.emit('minimize', makeEvent());
  }
  maximize(): void {
    this.setState('maximized');
    this.emit('maximize', makeEvent());
  }
  unmaximize(): void {
    if (this.#state !== 'maximized') return;
    this.setState('normal');
    this.emit('unmaximize', makeEvent());
  }
  restore(): void {
    if (this.#state === 'normal') return;
    this.setState('normal');
    this.emit('restore', makeEvent());
  }
  isMinimized(): boolean {
    return this.#state === 'minimized';
  }
  isMaximized(): boolean {
    return this.#state === 'maximized';
  }
  protected setState(state: 'normal' | 'minimized' | 'maximized'): void {
    this.#state = state;
    // A headless page that is minimised stops painting, which Electron's hidden windows don't do at first.
    if (onDisplay || state !== 'minimized') this.inChromium(this.webContents.page.setWindowState(state));
  }

  setBounds(bounds: Partial<Electron.Rectangle>): void {
    this.checkAlive();
    const before = this.#bounds;
    const [minWidth, minHeight] = this.#minimum;
    const wanted = { ...before, ...bounds };
    this.#bounds = {
      ...wanted,
      width: Math.max(wanted.width, minWidth),
      height: Math.max(wanted.height, minHeight),
    };
    this.inChromium(this.webContents.page.setBounds(this.#bounds));
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
  isFullScreen(): boolean {
    return false;
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
