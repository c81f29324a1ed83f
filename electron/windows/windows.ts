// The windows of the desk: one desk window, and one window for each patron that is open.
import { BrowserWindow, type WebContents } from 'electron';
import { WINDOW_ARGUMENT, EVENT_CHANNEL } from '../../shared/ipc/api.ts';
import { events, type EventName, type EventPayload, type WindowKind } from '../../shared/ipc/contract.ts';
import { codeOf, Failure } from '../support/failure.ts';
import { pageOf } from './app-protocol.ts';
import { PAGE_PREFERENCES } from './page-policy.ts';

/** Whose window it is; a patron window is bound to its patron for life. */
export type WindowOwner = { kind: 'desk' } | { kind: 'patron'; patronId: string };

interface OpenWindow {
  browserWindow: BrowserWindow;
  owner: WindowOwner;
  unsaved: boolean;
  /** Its page no longer answers: what is typed in it can't be saved. */
  hangs: boolean;
  /** Of somebody who has left, it is leaving for a new one; or was ended with its process for that. */
  page: 'here' | 'leaving' | 'ended';
}

const SIZES: Record<WindowKind, { width: number; height: number; minWidth: number; minHeight: number }> = {
  desk: { width: 1280, height: 800, minWidth: 720, minHeight: 480 },
  patron: { width: 1120, height: 800, minWidth: 640, minHeight: 480 },
};

/** Each is a process of its own: nobody works with so many, and a page that was taken over must not open more. */
const MOST_PATRON_WINDOWS = 40;
/** A page that crashes so often, within so many ms, is closed: loaded again and again it would hold up the computer. */
const CRASHES = { most: 4, within: 60_000 };
/** A page that makes no way for the next one within so many ms is ended with its process. */
const LEAVES_WITHIN = 5_000;

export class Windows {
  readonly #preload: string;
  readonly #open = new Map<WebContents, OpenWindow>();
  #zoom = 1;

  constructor(preload: string) {
    this.#preload = preload;
  }

  /** The factor by which everything in the windows is larger. */
  set zoom(factor: number) {
    this.#zoom = factor;
    for (const contents of this.#open.keys()) if (!contents.isDestroyed()) contents.setZoomFactor(factor);
  }

  /** The desk window, brought to the front; made where there is none. */
  showDesk(): void {
    this.#show({ kind: 'desk' }, (open) => open.owner.kind === 'desk');
  }

  /** The desk window in front, with the focus in its search. */
  showSearch(): void {
    this.showDesk();
    for (const [contents, { owner }] of this.#open)
      if (owner.kind === 'desk') this.#tellOne(contents, 'search.wanted', {});
  }

  /** This patron's window, brought to the front; made where there is none. */
  showPatron(patronId: string): void {
    this.#show(
      { kind: 'patron', patronId },
      ({ owner }) => owner.kind === 'patron' && owner.patronId === patronId,
    );
  }

  /** Patrons who have a window. */
  openPatrons(): string[] {
    return [...this.#open.values()].flatMap(({ owner }) => (owner.kind === 'patron' ? owner.patronId : []));
  }

  /** Nobody's any more is a page that is making way for a new one. */
  ownerOf(contents: WebContents): WindowOwner | undefined {
    const open = this.#open.get(contents);
    return open?.page === 'here' ? open.owner : undefined;
  }

  setUnsaved(contents: WebContents, unsaved: boolean): void {
    const open = this.#open.get(contents);
    if (open) open.unsaved = unsaved;
  }

  /**
   * A new page for the desk window: what the one before did in the old one, or whoever had taken it over, is gone before
   * the next one types a password.
   */
  renewDesk(): void {
    for (const open of this.#open.values()) {
      if (open.owner.kind !== 'desk') continue;
      open.page = 'leaving';
      load(open);
      const look = setInterval(() => {
        if (open.page === 'here' || open.browserWindow.isDestroyed()) clearInterval(look);
        else endIfLeaving(open);
      }, LEAVES_WITHIN);
    }
  }

  /** Closes a window without asking: staff have been asked. */
  close(contents: WebContents): void {
    this.#open.get(contents)?.browserWindow.destroy();
  }

  /** Closes all patron windows; with unsaved text in one, fails unless `discard`. */
  closePatrons(discard: boolean): void {
    const patrons = [...this.#open.values()].filter((open) => open.owner.kind === 'patron');
    const unsaved = patrons.filter(holdsText).length;
    if (unsaved > 0 && !discard) throw new Failure({ code: 'unsavedChanges', windows: unsaved });
    for (const open of patrons) open.browserWindow.destroy();
  }

  /** Tells every window. */
  tell<N extends EventName>(name: N, payload: EventPayload<N>): void {
    for (const contents of this.#open.keys()) this.#tellOne(contents, name, payload);
  }

  /** Tells this patron's window. */
  tellOf<N extends EventName>(patronId: string, name: N, payload: EventPayload<N>): void {
    for (const [contents, { owner }] of this.#open)
      if (owner.kind === 'patron' && owner.patronId === patronId) this.#tellOne(contents, name, payload);
  }

  /** Long work of the desk, or of a patron's own window, on the taskbar: from 0 to 1, 2 where nobody knows, or none. */
  showProgress(part: number | undefined, patronId?: string): void {
    for (const { browserWindow, owner } of this.#open.values()) {
      const its = owner.kind === 'desk' ? patronId === undefined : owner.patronId === patronId;
      if (its) browserWindow.setProgressBar(part ?? -1);
    }
  }

  #tellOne<N extends EventName>(contents: WebContents, name: N, payload: EventPayload<N>): void {
    if (contents.isDestroyed() || !this.ownerOf(contents)) return;
    contents.send(EVENT_CHANNEL, name, events[name].parse(payload));
  }

  #show(owner: WindowOwner, isIt: (open: OpenWindow) => boolean): void {
    const browserWindow = [...this.#open.values()].find(isIt)?.browserWindow;
    if (!browserWindow) {
      // The desk window is one of them.
      if (this.#open.size > MOST_PATRON_WINDOWS) throw new Failure({ code: 'tooManyWindows' });
      this.#make(owner);
      return;
    }
    if (browserWindow.isMinimized()) browserWindow.restore();
    browserWindow.show();
    browserWindow.focus();
  }

  #make(owner: WindowOwner): void {
    const browserWindow = new BrowserWindow({
      ...SIZES[owner.kind],
      show: false,
      title: 'Circdesk',
      autoHideMenuBar: true,
      webPreferences: {
        ...PAGE_PREFERENCES,
        preload: this.#preload,
        additionalArguments: [`${WINDOW_ARGUMENT}${owner.kind}`],
      },
    });
    const contents = browserWindow.webContents;
    const open: OpenWindow = { browserWindow, owner, unsaved: false, hangs: false, page: 'here' };
    this.#open.set(contents, open);

    browserWindow.once('ready-to-show', () => {
      browserWindow.show();
    });
    contents.on('dom-ready', () => {
      contents.setZoomFactor(this.#zoom);
    });
    contents.on('did-navigate', () => {
      open.page = 'here';
    });
    browserWindow.on('unresponsive', () => {
      open.hangs = true;
    });
    browserWindow.on('responsive', () => {
      open.hangs = false;
    });
    // A title shows in the task bar, to everybody at the counter.
    browserWindow.on('page-title-updated', (event) => {
      event.preventDefault();
    });
    browserWindow.on('close', (event) => {
      const asks = owner.kind === 'desk' ? this.#firstUnsaved() : holdsText(open) ? open : undefined;
      if (!asks) return;
      event.preventDefault();
      asks.browserWindow.show();
      asks.browserWindow.focus();
      this.#tellOne(asks.browserWindow.webContents, 'window.closeRequested', {});
    });
    browserWindow.once('closed', () => {
      this.#open.delete(contents);
      // Without the desk window nobody could sign out: the patrons' windows go with it.
      if (owner.kind === 'desk') this.closePatrons(true);
    });
    const crashes: number[] = [];
    contents.on('render-process-gone', () => {
      // Nothing typed can be saved any more; a fresh page is better than a white one.
      open.unsaved = false;
      open.hangs = false;
      if (open.page === 'ended') open.page = 'leaving';
      else crashes.push(performance.now());
      const [first = 0, last = 0] = [crashes.at(-CRASHES.most), crashes.at(-1)];
      if (crashes.length >= CRASHES.most && last - first < CRASHES.within) browserWindow.destroy();
      // Never at the address that it gave itself.
      else load(open);
    });
    load(open);
  }

  #firstUnsaved(): OpenWindow | undefined {
    return [...this.#open.values()].find(holdsText);
  }
}

const holdsText = ({ unsaved, hangs }: OpenWindow) => unsaved && !hangs;

function load(open: OpenWindow): void {
  const { browserWindow, owner } = open;
  browserWindow.loadURL(pageOf(owner.kind)).catch((thrown: unknown) => {
    // The page went elsewhere in the same moment, which takes the place of what it was told to load.
    endIfLeaving(open);
    // Closed before its page was there: nobody misses it.
    if (!browserWindow.isDestroyed() && codeOf(thrown) !== 'ERR_ABORTED') throw thrown;
  });
}

/** With its process; what is left is loaded anew. */
function endIfLeaving(open: OpenWindow): void {
  if (open.page === 'here' || open.browserWindow.isDestroyed()) return;
  open.page = 'ended';
  open.browserWindow.webContents.forcefullyCrashRenderer();
}
