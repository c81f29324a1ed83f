// One page in Chromium: made with its scripts in place before anything of the app runs in it.
import { EventEmitter } from 'node:events';
import type { CdpSession, Protocol } from '../chromium/cdp.ts';
import { onDisplay, runningChromium } from '../chromium/running.ts';
import { openAppWindow } from '../chromium/app-window.ts';
import {
  BINDING,
  DELIVER,
  ISOLATED_WORLD,
  type FromRenderer,
  type ToRenderer,
} from '../renderer/messages.ts';
import { pageScript } from '../renderer/scripts.ts';

export interface Bounds {
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface PageOptions {
  /** Of the contents, without what Chromium draws around them. */
  bounds: Bounds;
  preloadScript: string;
}

interface PageEvents {
  /** From the preload's world of a frame; only the top frame has a preload. */
  message: [message: FromRenderer, isTopFrame: boolean];
  attached: [session: CdpSession];
  ended: [];
}

/** What Chromium's window has above the page when it is headless; corrected by the first page's measure. */
let frameHeight = onDisplay ? 0 : 87;

const toWindow = (bounds: Bounds) => ({
  left: bounds.x,
  top: bounds.y,
  width: bounds.width,
  height: bounds.height + frameHeight,
});

export class Page extends EventEmitter<PageEvents> {
  readonly #options: PageOptions;
  #targetId: string | undefined;
  /** The preload's world of the document that is in the top frame. */
  #world: number | undefined;
  readonly session: Promise<CdpSession>;

  constructor(options: PageOptions) {
    super();
    this.#options = options;
    this.session = this.#open();
  }

  get targetId(): string | undefined {
    return this.#targetId;
  }

  async #open(): Promise<CdpSession> {
    const { connection } = runningChromium();
    const window = toWindow(this.#options.bounds);
    const targetId = onDisplay
      ? await openAppWindow(window)
      : (
          await connection.browser.send('Target.createTarget', {
            url: 'about:blank',
            newWindow: true,
            ...window,
          })
        ).targetId;
    this.#targetId = targetId;
    ownTargets.add(targetId);
    const { sessionId } = await connection.browser.send('Target.attachToTarget', { targetId, flatten: true });
    const session = connection.session(sessionId);
    session.onceEnded(() => {
      ownTargets.delete(targetId);
      this.emit('ended');
    });
    this.#listen(session, targetId);
    this.emit('attached', session);
    await Promise.all([
      session.send('Page.enable'),
      session.send('Inspector.enable'),
      session.send('Runtime.enable'),
      session.send('Page.setLifecycleEventsEnabled', { enabled: true }),
      session.send('Fetch.enable', { patterns: [{ urlPattern: '*' }] }),
      session.send('Runtime.addBinding', { name: BINDING, executionContextName: ISOLATED_WORLD }),
      session.send('Page.addScriptToEvaluateOnNewDocument', { source: pageScript }),
      session.send('Page.addScriptToEvaluateOnNewDocument', {
        source: this.#options.preloadScript,
        worldName: ISOLATED_WORLD,
      }),
    ]);
    this.#correctBounds(session);
    return session;
  }

  #listen(session: CdpSession, targetId: string): void {
    const frames = new Map<number, string>();
    session
      .on('Runtime.executionContextCreated', ({ context }) => {
        const { frameId } = context.auxData as { frameId?: string };
        if (context.name !== ISOLATED_WORLD || frameId === undefined) return;
        frames.set(context.id, frameId);
        if (frameId === targetId) this.#world = context.id;
      })
      .on('Runtime.executionContextDestroyed', ({ executionContextId }) => {
        frames.delete(executionContextId);
        if (executionContextId === this.#world) this.#world = undefined;
      })
      .on('Runtime.executionContextsCleared', () => {
        frames.clear();
        this.#world = undefined;
      })
      .on('Runtime.bindingCalled', ({ name, payload, executionContextId }) => {
        const frameId = frames.get(executionContextId);
        if (name !== BINDING || frameId === undefined) return;
        this.emit('message', JSON.parse(payload) as FromRenderer, frameId === targetId);
      });
  }

  /** To the document that is in the top frame now; nobody hears it if none is. */
  deliver(message: ToRenderer): void {
    const executionContextId = this.#world;
    if (executionContextId === undefined) return;
    void this.session.then((session) => {
      // The document may be gone before it hears; what it asked for has no one left to tell.
      session
        .send('Runtime.callFunctionOn', {
          functionDeclaration: `(message) => { ${DELIVER}(message); }`,
          arguments: [{ value: message }],
          executionContextId,
        })
        .then(reportException, (error: unknown) => {
          if (this.#world === executionContextId) console.error(`Chromium host: ${String(error)}`);
        });
    });
  }

  /** Closes the page without asking it. */
  async close(): Promise<void> {
    await this.session;
    const { browser } = runningChromium().connection;
    await browser.send('Target.closeTarget', { targetId: this.#targetId ?? '' });
  }

  async setBounds(bounds: Bounds): Promise<void> {
    await this.session;
    await this.#setWindow(toWindow(bounds));
  }

  async setWindowState(windowState: NonNullable<Protocol.Browser.Bounds['windowState']>): Promise<void> {
    await this.session;
    await this.#setWindow({ windowState });
  }

  async #setWindow(bounds: Protocol.Browser.Bounds): Promise<void> {
    const { browser } = runningChromium().connection;
    const { windowId } = await browser.send('Browser.getWindowForTarget', { targetId: this.#targetId ?? '' });
    await browser.send('Browser.setWindowBounds', { windowId, bounds });
  }

  #correctBounds(session: CdpSession): void {
    session
      .send('Page.getLayoutMetrics')
      .then(async ({ cssLayoutViewport }) => {
        const missing = this.#options.bounds.height - cssLayoutViewport.clientHeight;
        if (missing === 0 || Math.abs(missing) > 200) return;
        frameHeight += missing;
        await this.setBounds(this.#options.bounds);
      })
      .catch((error: unknown) => {
        if (ownTargets.has(this.#targetId ?? '')) console.error(`Chromium host: ${String(error)}`);
      });
  }
}

function reportException({ exceptionDetails }: Protocol.Runtime.callFunctionOnReturnValue): void {
  if (exceptionDetails) {
    console.error(`Chromium host: ${exceptionDetails.exception?.description ?? exceptionDetails.text}`);
  }
}

/** The pages that the app made; any other was opened past the window-open handler. */
export const ownTargets = new Set<string>();
