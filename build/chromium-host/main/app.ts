// app: the life of the application, in Electron's order.
import { mkdirSync } from 'node:fs';
import { allowEvents, emitter } from '../not-emulated.ts';
import type { Application } from './application.ts';
import { CommandLine } from './command-line.ts';
import { makeEvent } from './event.ts';
import { Paths } from './paths.ts';
import { SingleInstance } from './single-instance.ts';

type Emulated =
  | 'isPackaged'
  | 'isReady'
  | 'whenReady'
  | 'quit'
  | 'exit'
  | 'getPath'
  | 'setPath'
  | 'getAppPath'
  | 'getName'
  | 'setName'
  | 'name'
  | 'getVersion'
  | 'getLocale'
  | 'getSystemLocale'
  | 'getLocaleCountryCode'
  | 'getPreferredSystemLanguages'
  | 'requestSingleInstanceLock'
  | 'hasSingleInstanceLock'
  | 'releaseSingleInstanceLock'
  | 'enableSandbox'
  | 'disableHardwareAcceleration'
  | 'setAppLogsPath'
  | 'focus';

const EVENTS = [
  ...['will-finish-launching', 'ready', 'window-all-closed', 'before-quit', 'will-quit', 'quit', 'activate'],
  ...['browser-window-created', 'browser-window-focus', 'browser-window-blur', 'web-contents-created'],
  ...['render-process-gone', 'child-process-gone', 'second-instance', 'certificate-error', 'login'],
  ...['select-client-certificate', 'session-created', 'gpu-info-update', 'open-file', 'open-url'],
  ...['accessibility-support-changed'],
];

/** What app needs of the windows, which need it in turn. */
export interface WindowList {
  all(): { close(): void; destroy(): void; show(): void }[];
}

export class AppHost extends emitter('app') implements Pick<Electron.App, Emulated> {
  readonly commandLine = new CommandLine(process.argv);
  readonly isPackaged = false;
  readonly dock = undefined;
  readonly #paths = new Paths(() => this.getName());
  readonly #singleInstance = new SingleInstance(({ argv, workingDirectory, additionalData }) => {
    const tell = () => this.emit('second-instance', makeEvent(), argv, workingDirectory, additionalData);
    void this.#whenReady.promise.then(tell);
  });
  readonly #whenReady = Promise.withResolvers<void>();
  #application: Application | undefined;
  #name: string | undefined;
  #windows: WindowList = { all: () => [] };
  #end: (code: number) => void = (code) => {
    process.exit(code);
  };
  #ready = false;
  #quitting = false;
  #ended = false;

  constructor() {
    super();
    allowEvents(this, 'app', EVENTS);
    const userData = this.commandLine.getSwitchValue('user-data-dir');
    if (userData)
      this.#paths.set('userData', userData.startsWith('/') ? userData : `${process.cwd()}/${userData}`);
  }

  /** Called by the host before the app's own code runs. */
  prepare(application: Application, windows: WindowList, end: (code: number) => void): void {
    this.#application = application;
    this.#windows = windows;
    this.#end = end;
  }

  /** Called by the host when the app's code has run and Chromium is there. */
  becomeReady(): void {
    if (this.#ended) return;
    mkdirSync(this.getPath('userData'), { recursive: true });
    this.emit('will-finish-launching', makeEvent());
    this.#ready = true;
    this.emit('ready', makeEvent(), {});
    this.#whenReady.resolve();
  }

  isReady(): boolean {
    return this.#ready;
  }
  whenReady(): Promise<void> {
    return this.#whenReady.promise;
  }

  quit(): void {
    if (this.#quitting || this.#ended) return;
    const event = makeEvent();
    this.#quitting = true;
    this.emit('before-quit', event);
    if (event.defaultPrevented) {
      this.#quitting = false;
      return;
    }
    const windows = this.#windows.all();
    if (windows.length === 0) this.#willQuit();
    // One that stays ends the quitting.
    for (const window of windows) if (this.#quitting) window.close();
  }

  /** A window's close was prevented, or its page refused. */
  windowStayed(): void {
    this.#quitting = false;
  }

  lastWindowClosed(): void {
    if (this.#ended) return;
    if (this.#quitting) this.#willQuit();
    else if (this.listenerCount('window-all-closed') > 0) this.emit('window-all-closed');
    else this.quit();
  }

  #willQuit(): void {
    const event = makeEvent();
    this.emit('will-quit', event);
    if (event.defaultPrevented) this.#quitting = false;
    else this.#quit(0);
  }

  #quit(code: number): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#sayQuit(code);
  }

  #sayQuit(code: number): void {
    this.emit('quit', makeEvent(), code);
    this.#end(code);
  }

  /** Asks nobody: neither before-quit nor will-quit is emitted. */
  exit(code = 0): void {
    if (this.#ended) return;
    this.#ended = true;
    for (const window of this.#windows.all()) window.destroy();
    this.#sayQuit(code);
  }

  getPath(name: Parameters<Electron.App['getPath']>[0]): string {
    return this.#paths.get(name);
  }
  setPath(name: string, path: string): void {
    this.#paths.set(name as Parameters<Electron.App['getPath']>[0], path);
  }
  setAppLogsPath(path?: string): void {
    this.#paths.set('logs', path ?? this.getPath('logs'));
  }
  getAppPath(): string {
    return this.#application?.folder ?? process.cwd();
  }
  getName(): string {
    return this.#name ?? this.#application?.name ?? 'Electron';
  }
  setName(name: string): void {
    this.#name = name;
  }
  get name(): string {
    return this.getName();
  }
  set name(name: string) {
    this.setName(name);
  }
  getVersion(): string {
    return this.#application?.version ?? '';
  }

  getLocale(): string {
    return this.commandLine.getSwitchValue('lang') || systemLocale();
  }
  getSystemLocale(): string {
    return systemLocale();
  }
  getLocaleCountryCode(): string {
    return new Intl.Locale(systemLocale()).region ?? '';
  }
  getPreferredSystemLanguages(): string[] {
    const { LANGUAGE } = process.env;
    return LANGUAGE ? LANGUAGE.split(':').map(toTag) : [systemLocale()];
  }

  requestSingleInstanceLock(additionalData?: Record<PropertyKey, unknown>): boolean {
    return this.#singleInstance.request(this.getPath('userData'), {
      argv: [...process.argv],
      workingDirectory: process.cwd(),
      additionalData: additionalData ?? null,
    });
  }
  hasSingleInstanceLock(): boolean {
    return this.#singleInstance.held;
  }
  releaseSingleInstanceLock(): void {
    this.#singleInstance.release();
  }

  /** Every page of the host is sandboxed as it is. */
  enableSandbox(): void {
    if (this.#ready) throw new Error('app.enableSandbox() can only be called before app is ready');
  }
  disableHardwareAcceleration(): void {
    if (this.#ready)
      throw new Error('app.disableHardwareAcceleration() can only be called before app is ready');
  }
  focus(): void {
    this.#windows.all()[0]?.show();
  }
}

/** `de_DE.UTF-8` as `de-DE`. */
const toTag = (locale: string) => locale.replace(/[.@].*$/, '').replace('_', '-');

function systemLocale(): string {
  const { LC_ALL, LC_MESSAGES, LANG } = process.env;
  const tag = toTag(LC_ALL || LC_MESSAGES || LANG || '');
  return tag === '' || tag === 'C' || tag === 'POSIX' ? 'en-US' : tag;
}

export const app = new AppHost();
