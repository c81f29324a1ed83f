// The preload's world: require('electron'), ipcRenderer and contextBridge of a sandboxed preload, and its line to the
// host. Runs before the page's own scripts, by its source: it must use nothing from outside itself.
import type { MakePeer } from './bridge-peer.ts';
import type { Clone } from './clone.ts';
import type { Emitter } from './emitter.ts';
import type { FromRenderer, ToRenderer, WorldOptions } from './messages.ts';

type WithoutAddress<M> = M extends unknown ? Omit<M, 'href'> : never;

/** The preload's code, wrapped as Electron wraps it. */
export type Preload = (
  exports: object,
  require: (name: string) => unknown,
  module: { exports: object },
  process: unknown,
  global: unknown,
  Buffer: unknown,
  setImmediate: unknown,
  clearImmediate: unknown,
) => void;

/** Gives back what the window's listeners (`page-watch.ts`) tell the host by. */
export function isolatedWorld(
  options: WorldOptions,
  clone: Clone,
  makePeer: MakePeer,
  EventEmitter: new () => Emitter,
  preload: Preload,
): (message: WithoutAddress<FromRenderer>) => void {
  const world = globalThis as unknown as Record<string, unknown>;
  const binding = world[options.binding] as (message: string) => void;
  Reflect.deleteProperty(world, options.binding);
  const tell = (message: WithoutAddress<FromRenderer>) => {
    binding(JSON.stringify({ ...message, href: location.href }));
  };

  const channel = document.createElement('i');
  window.dispatchEvent(new MouseEvent(options.handshake, { relatedTarget: channel }));
  const peer = makePeer(channel, 'preload', clone);
  peer.answer('open', (request: { url: string; frameName: string; features: string }) => {
    const disposition = request.features ? 'new-window' : 'foreground-tab';
    tell({ kind: 'open', ...request, disposition });
  });
  if (window !== window.top) return tell;

  const refuse = (what: string): never => {
    throw new Error(`Chromium host: electron.${what} is not emulated`);
  };
  /** Only what is there may be used: the rest says that it isn't emulated. */
  const only = <T extends object>(name: string, target: T): T =>
    new Proxy(target, {
      get: (_target, key) => {
        if (typeof key === 'symbol' || key === 'then' || key === 'toJSON' || Reflect.has(target, key)) {
          const member: unknown = Reflect.get(target, key, target);
          return typeof member === 'function' ? (member.bind(target) as unknown) : member;
        }
        return refuse(`${name}.${key}`);
      },
    });

  const waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();
  let lastId = 0;
  const emitter = new EventEmitter();
  const ipcRenderer = only(
    'ipcRenderer',
    Object.assign(emitter, {
      send(name: string, ...args: unknown[]) {
        tell({ kind: 'send', channel: name, args: clone.encode(args) });
      },
      async invoke(name: string, ...args: unknown[]) {
        const encoded = clone.encode(args);
        return new Promise((resolve, reject) => {
          waiting.set(++lastId, { resolve, reject });
          tell({ kind: 'invoke', id: lastId, channel: name, args: encoded });
        });
      },
    }),
  );
  const deliver = (message: ToRenderer) => {
    if (message.kind === 'event') {
      emitter.emit(
        message.channel,
        { sender: ipcRenderer, ports: [] },
        ...(clone.decode(message.args) as unknown[]),
      );
      return;
    }
    const call = waiting.get(message.id);
    waiting.delete(message.id);
    if (message.kind === 'result') call?.resolve(clone.decode(message.result));
    else call?.reject(new Error(message.message));
  };
  Object.defineProperty(world, options.deliver, { value: deliver });

  const contextBridge = only('contextBridge', {
    exposeInMainWorld(key: string, api: unknown) {
      peer.ask('expose', { key, written: peer.encode(api) });
    },
  });
  const absent = (name: string) =>
    new Proxy(() => undefined, {
      get: () => refuse(name),
      apply: () => refuse(name),
      construct: () => refuse(name),
    });
  const electron = only('renderer', {
    contextBridge,
    ipcRenderer,
    webFrame: absent('webFrame'),
    webUtils: absent('webUtils'),
    crashReporter: absent('crashReporter'),
    nativeImage: absent('nativeImage'),
  });
  const events = Object.assign(EventEmitter, { EventEmitter, default: EventEmitter });
  const timers = {
    setTimeout: setTimeout.bind(window),
    clearTimeout: clearTimeout.bind(window),
    setInterval: setInterval.bind(window),
    clearInterval: clearInterval.bind(window),
    setImmediate: (callback: () => void, ...args: unknown[]) => setTimeout(callback, 0, ...args),
    clearImmediate: clearTimeout.bind(window),
  };
  const modules: Record<string, unknown> = {
    electron,
    'electron/common': electron,
    'electron/renderer': electron,
    events,
    timers,
    url: { URL, URLSearchParams },
  };
  const require = (name: string): unknown => {
    const known = name.replace(/^node:/, '');
    if (Object.hasOwn(modules, known)) return modules[known];
    throw new Error(`module not found: ${name}`);
  };
  const processObject = only(
    'process',
    Object.assign(new EventEmitter(), options.process, { nextTick: queueMicrotask.bind(window) }),
  );
  const module = { exports: {} };
  try {
    preload(
      module.exports,
      require,
      module,
      processObject,
      globalThis,
      absent('Buffer'),
      timers.setImmediate,
      timers.clearImmediate,
    );
  } catch (thrown) {
    const error = thrown instanceof Error ? thrown : new Error(String(thrown));
    console.error(`Unable to load preload script: ${options.preloadPath ?? ''}`);
    console.error(error);
    tell({ kind: 'preload-error', message: error.message, stack: error.stack ?? '' });
  }
  return tell;
}
