// The two ends of contextBridge: one in the page's world, one in the preload's isolated world. They speak through a
// detached element that only they know, so a page's script can reach nothing but the functions it was given.
// Runs in pages, by its source: it must use nothing from outside itself.
import type { Clone } from './clone.ts';

export interface BridgePeer {
  encode(value: unknown): unknown;
  decode(written: unknown): unknown;
  /** Calls the other end's handler of `kind`, at once; throws what it threw. */
  ask(kind: string, body: unknown): unknown;
  /** Answers what the other end asks by `kind`. */
  answer(kind: string, handler: (body: never) => unknown): void;
}

export type MakePeer = (channel: EventTarget, own: 'page' | 'preload', clone: Clone) => BridgePeer;

/** Everything is taken from the globals now, before a page's script could replace it. */
export function prepareBridgePeer(): MakePeer {
  const { dispatchEvent, addEventListener } = EventTarget.prototype;
  const { apply } = Reflect;
  const { parse, stringify } = JSON;
  const Custom = CustomEvent;
  const detailOf = Object.getOwnPropertyDescriptor(Custom.prototype, 'detail')?.get;
  const structured = globalThis.structuredClone;
  const MAX_DEPTH = 1000;

  return (channel, own, clone) => {
    const other = own === 'page' ? 'preload' : 'page';
    const functions = new Map<number, (...args: unknown[]) => unknown>();
    const settlers = new Map<
      number,
      { resolve: (value: unknown) => void; reject: (error: unknown) => void }
    >();
    const handlers = new Map<string, (body: never) => unknown>();
    let lastId = 0;
    let answer = '';

    const listen = (type: string, listener: (detail: string) => void) => {
      const heard = (event: Event) => {
        listener(String(detailOf && apply(detailOf, event, [])));
      };
      apply(addEventListener, channel, [type, heard]);
    };
    const tell = (type: string, body: unknown) => {
      apply(dispatchEvent, channel, [new Custom(type, { detail: stringify(body) })]);
    };
    const messageOf = (thrown: unknown): string => {
      const message: unknown =
        thrown !== null && typeof thrown === 'object' && 'message' in thrown ? thrown.message : null;
      return typeof message === 'string'
        ? message
        : 'An unknown exception occurred in the isolated context, an error occurred but a valid exception was not thrown.';
    };

    listen(`${other}-asks`, (detail) => {
      const { kind, body } = parse(detail) as { kind: string; body: never };
      let told: unknown;
      try {
        told = { result: handlers.get(kind)?.(body) };
      } catch (thrown) {
        told = { error: messageOf(thrown) };
      }
      tell(`${own}-answers`, told);
    });
    listen(`${other}-answers`, (detail) => {
      answer = detail;
    });
    const ask = (kind: string, body: unknown): unknown => {
      tell(`${own}-asks`, { kind, body });
      const { result, error } = parse(answer) as { result?: unknown; error?: string };
      if (error !== undefined) throw new Error(error);
      return result;
    };

    /** Whether an object whose members are all passable is itself not: a proxy, a DOM object. */
    const isUncloneable = (value: object): boolean => {
      try {
        structured(value);
        return false;
      } catch (thrown) {
        const what = messageOf(thrown).replace(/^Failed to execute '\w+' on '\w+': /, '');
        return /^(#<(?!Promise>)[^>]*>|\[object \w+\]|\w+ object) could not be cloned/.test(what);
      }
    };
    const isPlain = (value: object) => {
      const type = Object.prototype.toString.call(value);
      return (
        !ArrayBuffer.isView(value) &&
        (type === '[object Object]' ||
          !/^\[object (Date|RegExp|Map|Set|WeakMap|WeakSet|ArrayBuffer|SharedArrayBuffer|DataView|Number|String|Boolean|BigInt|Symbol|Blob|File|.*Iterator)\]$/.test(
            type,
          ))
      );
    };

    const encode = (value: unknown, depth = 0, path: object[] = []): unknown => {
      if (typeof value === 'function') return { fn: keepFunction(value as () => unknown) };
      if (value === null || typeof value !== 'object') {
        if (typeof value === 'symbol') return { drop: true };
        return { value: clone.encode(value) };
      }
      if (depth > MAX_DEPTH)
        throw new Error(
          'Electron contextBridge recursion depth exceeded.  Nested objects deeper than 1000 are not supported.',
        );
      if (value instanceof Promise) return { promise: keepPromise(value) };
      if (value instanceof Error) return { error: value.message };
      if (!Array.isArray(value) && !isPlain(value)) return { value: clone.encode(value) };
      const known = path.indexOf(value);
      if (known >= 0) return { up: path.length - known };
      const within = [...path, value];
      const written = Array.isArray(value)
        ? { array: Array.from(value, (item: unknown) => encode(item, depth + 1, within)) }
        : { object: Object.entries(value).map(([key, item]) => [key, encode(item, depth + 1, within)]) };
      if (isUncloneable(value)) throw new Error('An object could not be cloned.');
      return written;
    };
    const keepFunction = (value: (...args: unknown[]) => unknown): number => {
      functions.set(++lastId, value);
      return lastId;
    };
    const keepPromise = (promise: Promise<unknown>): number => {
      const id = ++lastId;
      const settle = (ok: boolean, value: unknown) => {
        let written: unknown;
        try {
          written = encode(value);
        } catch (thrown) {
          ok = false;
          written = encode(thrown);
        }
        ask('settle', { id, ok, written });
      };
      promise.then(
        (value) => {
          settle(true, value);
        },
        (error: unknown) => {
          settle(false, error);
        },
      );
      return id;
    };

    interface Written {
      fn?: number;
      drop?: true;
      value?: string;
      promise?: number;
      error?: string;
      up?: number;
      array?: Written[];
      object?: [string, Written][];
    }
    const decode = (written: Written, path: object[] = []): unknown => {
      const { fn, value, promise, error, up, array, object } = written;
      if (value !== undefined) return clone.decode(value);
      if (fn !== undefined)
        return (...args: unknown[]) =>
          decode(ask('call', { fn, args: args.map((arg) => encode(arg)) }) as Written);
      if (promise !== undefined) {
        return new Promise((resolve, reject) => {
          settlers.set(promise, { resolve, reject });
        });
      }
      if (error !== undefined) return new Error(error);
      if (up !== undefined) return path[path.length - up];
      if (array) {
        const target: unknown[] = [];
        const within = [...path, target];
        array.forEach((item, index) => {
          target[index] = decode(item, within);
        });
        return target;
      }
      const target = {};
      const within = [...path, target];
      for (const [key, item] of object ?? []) {
        if (!item.drop)
          Object.defineProperty(target, key, {
            value: decode(item, within),
            writable: true,
            enumerable: true,
            configurable: true,
          });
      }
      return object ? target : undefined;
    };

    handlers.set('call', ({ fn, args }: { fn: number; args: Written[] }) => {
      const called = functions.get(fn);
      if (!called) throw new Error('Chromium host: a function that was never given');
      return encode(called(...args.map((arg) => decode(arg))));
    });
    handlers.set('settle', ({ id, ok, written }: { id: number; ok: boolean; written: Written }) => {
      const settler = settlers.get(id);
      settlers.delete(id);
      if (ok) settler?.resolve(decode(written));
      else settler?.reject(decode(written));
    });
    return {
      encode,
      decode: (written) => decode(written as Written),
      ask,
      answer: (kind, handler) => void handlers.set(kind, handler),
    };
  };
}
