// What the host doesn't emulate throws and names itself: nothing of Electron's API silently does nothing here.
import { EventEmitter } from 'node:events';

export class NotEmulatedError extends Error {
  override readonly name = 'NotEmulatedError';
}

/** Throws for `what`, a member of Electron's API such as `app.dock`, perhaps with a reason. */
export function notEmulated(what: string, why?: string): never {
  throw new NotEmulatedError(`Chromium host: electron.${what} is not emulated${why ? ` (${why})` : ''}`);
}

/** Names that the language, Node or an assertion library look up on any object, expecting nothing. */
const PROBED = new Set([
  'then',
  'toJSON',
  'constructor',
  'nodeType',
  'tagName',
  'asymmetricMatch',
  'prototype',
]);

const isProbe = (key: string | symbol) =>
  typeof key === 'symbol' || PROBED.has(key) || key.startsWith('_') || key.startsWith('$');

/** Stands for a whole module or class that isn't emulated: any use of it throws. */
export function notEmulatedModule(name: string): never {
  const refuse = (key: string) => notEmulated(`${name}.${key}`);
  return new Proxy(function () {}, {
    get: (_target, key) => (isProbe(key) ? undefined : refuse(String(key))),
    set: (_target, key) => refuse(String(key)),
    apply: () => notEmulated(name),
    construct: () => notEmulated(name),
  }) as never;
}

/** The end of a prototype chain: whatever wasn't found before it throws. */
const throwing = <T extends object>(name: string, target: T): T =>
  new Proxy(target, {
    get: (_target, key, receiver) =>
      Reflect.has(target, key) || isProbe(key)
        ? Reflect.get(target, key, receiver)
        : notEmulated(`${name}.${String(key)}`),
  });

/*
 * The base classes of what is emulated: members that a subclass lacks throw when they are looked up. The proxies stand
 * at the ends of the prototype chains, so `this` is never one, and private fields work.
 */

/** For Electron's `name`, a plain object or class. */
export function emulation(name: string): new () => object {
  return seal(name, class extends Object {});
}

/** For Electron's `name`, an event emitter. */
export function emitter(name: string): typeof EventEmitter {
  return seal(name, class extends EventEmitter {} as typeof EventEmitter);
}

function seal<C extends new () => object>(name: string, Emulation: C): C {
  const Base = Object.getPrototypeOf(Emulation) as C;
  Object.setPrototypeOf(Emulation.prototype, throwing(name, Base.prototype as object));
  Object.setPrototypeOf(Emulation, throwing(name, Base));
  return Emulation;
}

/** Throws for those of `options` that would weaken the page, or that the host can't honour. */
export function refuseOptions(
  what: string,
  options: object | undefined,
  refused: Record<string, unknown>,
): void {
  for (const [key, value] of Object.entries(options ?? {})) {
    if (key in refused && value === refused[key]) notEmulated(`${what}.${key}`, `${key}: ${String(value)}`);
  }
}

interface ListenerSource {
  on(event: 'newListener', listener: (event: string | symbol) => void): unknown;
}

/** Lets only `events` be listened to: waiting for one that never comes would be silent. */
export function allowEvents(source: ListenerSource, name: string, events: readonly string[]): void {
  const allowed = new Set([...events, 'newListener', 'removeListener', 'error']);
  source.on('newListener', (event) => {
    // The host's own begin with a dash.
    if (typeof event === 'string' && !event.startsWith('-') && !allowed.has(event))
      notEmulated(`${name} event '${event}'`);
  });
}
