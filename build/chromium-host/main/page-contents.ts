// The half of webContents that acts on the page as it is: scripts, pictures, PDF, zoom.
import type { CdpSession } from '../chromium/cdp.ts';
import { emitter } from '../not-emulated.ts';
import { NativeImageHost } from './native-image.ts';
import type { Page } from './page.ts';
import { pdfOptions } from './print-to-pdf.ts';

type Emulated =
  | 'executeJavaScript'
  | 'insertText'
  | 'printToPDF'
  | 'forcefullyCrashRenderer'
  | 'stop'
  | 'focus'
  | 'isDestroyed'
  | 'getZoomFactor'
  | 'setZoomFactor'
  | 'getZoomLevel'
  | 'setZoomLevel'
  | 'zoomFactor'
  | 'isDevToolsOpened'
  | 'closeDevTools'
  | 'setWebRTCIPHandlingPolicy'
  | 'getWebRTCIPHandlingPolicy';

export abstract class PageContents
  extends emitter('webContents')
  implements Pick<Electron.WebContents, Emulated>
{
  abstract readonly page: Page;
  #zoomFactor = 1;
  #webRtcPolicy = 'default';

  abstract isDestroyed(): boolean;

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

  stop(): void {
    this.tellPage((session) => {
      session.tell('Page.stopLoading');
    });
  }

  focus(): void {
    this.tellPage((session) => {
      session.tell('Page.bringToFront');
    });
  }

  forcefullyCrashRenderer(): void {
    this.page.session
      .then((session) => session.send('Page.crash'))
      // A crashed page can't answer.
      .catch(() => undefined);
  }

  get zoomFactor(): number {
    return this.#zoomFactor;
  }
  set zoomFactor(factor: number) {
    this.setZoomFactor(factor);
  }
  getZoomFactor(): number {
    return this.#zoomFactor;
  }
  setZoomFactor(factor: number): void {
    if (!(factor > 0)) throw new Error("'zoomFactor' must be a double greater than 0.0");
    this.#zoomFactor = factor;
    this.applyZoom();
  }
  getZoomLevel(): number {
    return Math.log(this.#zoomFactor) / Math.log(1.2);
  }
  setZoomLevel(level: number): void {
    this.setZoomFactor(1.2 ** level);
  }

  /** DevTools can't reach Chromium's own zoom: each document's root element is scaled instead. */
  protected applyZoom(): void {
    const zoom = this.#zoomFactor === 1 ? '' : String(this.#zoomFactor);
    this.tellPage((session) => {
      session.tell('Runtime.evaluate', { expression: `document.documentElement.style.zoom = '${zoom}'` });
    });
  }

  isDevToolsOpened(): boolean {
    return false;
  }
  closeDevTools(): void {
    // There are none to close.
  }

  /** Pages of the host never get further than the strictest policy lets them: see chromium/flags.ts. */
  setWebRTCIPHandlingPolicy(policy: Parameters<Electron.WebContents['setWebRTCIPHandlingPolicy']>[0]): void {
    this.#webRtcPolicy = policy;
  }
  getWebRTCIPHandlingPolicy(): string {
    return this.#webRtcPolicy;
  }

  protected tellPage(command: (session: CdpSession) => void): void {
    this.page.session.then(command).catch((error: unknown) => {
      if (!this.isDestroyed()) console.error(`Chromium host: ${String(error)}`);
    });
  }
}
