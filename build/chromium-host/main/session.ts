// session.defaultSession: permissions, downloads, certificates, the page's storage. Other sessions have no pages.
import { runningChromium } from '../chromium/running.ts';
import { allowEvents, emitter, notEmulated } from '../not-emulated.ts';
import { app } from './app.ts';
import { watchDownloads } from './downloads.ts';
import { fetchThroughHost, type VerifyProc } from './net-fetch.ts';
import { Permissions } from './permissions.ts';
import { protocol } from './protocol.ts';
import { WebContentsHost } from './web-contents.ts';
import { WebRequestHost } from './web-request.ts';

type Emulated =
  | 'setPermissionRequestHandler'
  | 'setPermissionCheckHandler'
  | 'setDevicePermissionHandler'
  | 'setBluetoothPairingHandler'
  | 'setDisplayMediaRequestHandler'
  | 'setCertificateVerifyProc'
  | 'setSpellCheckerEnabled'
  | 'isSpellCheckerEnabled'
  | 'setSpellCheckerLanguages'
  | 'setSpellCheckerDictionaryDownloadURL'
  | 'clearStorageData'
  | 'clearCache'
  | 'setProxy'
  | 'closeAllConnections'
  | 'isPersistent'
  | 'getUserAgent'
  | 'spellCheckerEnabled';

export class SessionHost extends emitter('session') implements Pick<Electron.Session, Emulated> {
  static get defaultSession(): SessionHost {
    return defaultSession;
  }
  /** One in memory, for the main process's own requests: no page can be put into it. */
  static fromPartition(partition: string): SessionHost {
    if (partition === '' || partition.startsWith('persist:')) notEmulated('session.fromPartition', partition);
    const known = partitions.get(partition);
    if (known) return known;
    const made = new SessionHost();
    partitions.set(partition, made);
    app.emit('session-created', made);
    return made;
  }
  static fromPath(path: string): never {
    return notEmulated('session.fromPath', path);
  }

  readonly protocol = protocol;
  readonly webRequest = new WebRequestHost();
  readonly #permissions = new Permissions();
  #verifyProc: VerifyProc | null = null;
  #proxied = false;
  spellCheckerEnabled = true;

  constructor() {
    super();
    allowEvents(this, 'session', ['will-download']);
  }

  setPermissionRequestHandler(handler: Permissions['request']): void {
    this.#permissions.request = handler;
  }
  setPermissionCheckHandler(handler: Permissions['check']): void {
    this.#permissions.check = handler;
  }
  /** No page of the host ever gets to a device, so there is nothing to ask the handler about. */
  setDevicePermissionHandler(_handler: unknown): void {
    // Kept for nobody.
  }
  setBluetoothPairingHandler(_handler: unknown): void {
    // As above.
  }
  setDisplayMediaRequestHandler(_handler: unknown): void {
    // As above.
  }

  /** Asks the app's handlers on behalf of a page that is about to be loaded. */
  async decidePermissions(contents: unknown, url: string): Promise<void> {
    await this.#permissions.decide(runningChromium().connection.browser, contents, url);
  }

  setCertificateVerifyProc(verifyProc: VerifyProc | null): void {
    this.#verifyProc = verifyProc;
  }
  fetch(input: string | Request, init?: RequestInit): Promise<Response> {
    const address = input instanceof Request ? input.url : input;
    if (this.#proxied && /^https?:/.test(address))
      notEmulated('session.fetch', 'through the proxy of setProxy');
    return fetchThroughHost(input, init, this.#verifyProc);
  }

  isSpellCheckerEnabled(): boolean {
    return this.spellCheckerEnabled;
  }
  setSpellCheckerEnabled(enable: boolean): void {
    this.spellCheckerEnabled = enable;
  }
  setSpellCheckerLanguages(_languages: string[]): void {
    // Headless Chromium has no dictionaries.
  }
  setSpellCheckerDictionaryDownloadURL(_url: string): void {
    // As above.
  }

  async clearStorageData(_options?: Electron.ClearStorageDataOptions): Promise<void> {
    const { browser } = runningChromium().connection;
    await browser.send('Storage.clearCookies', {});
    // Without a page there is nothing else: Chromium's profile is new at each start.
    for (const contents of WebContentsHost.getAllWebContents()) await contents.clearStorage();
  }
  clearCache(): Promise<void> {
    // What the host answers is never cached.
    return Promise.resolve();
  }
  closeAllConnections(): Promise<void> {
    return Promise.resolve();
  }
  /** Pages have no network here, with or without a proxy. */
  setProxy({ mode, proxyRules, pacScript }: Electron.ProxyConfig): Promise<void> {
    if (pacScript || mode === 'pac_script' || mode === 'auto_detect') notEmulated('session.setProxy', mode);
    this.#proxied = proxyRules !== undefined && proxyRules !== '';
    return Promise.resolve();
  }
  isPersistent(): boolean {
    return this === defaultSession;
  }
  getUserAgent(): string {
    const { version } = runningChromium();
    return `Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${version} Safari/537.36`;
  }

  /** Called once, when Chromium runs. */
  start(): void {
    watchDownloads(this);
    app.emit('session-created', this);
  }
}

const partitions = new Map<string, SessionHost>();
export const defaultSession = new SessionHost();
