// Values as they cross between processes: structured clone's types, written as JSON. The same function runs in Node
// and, by its source, in pages: it must use nothing from outside itself.

export interface Clone {
  /** Throws, as Electron does, for what can't be cloned: functions, symbols, proxies, DOM objects. */
  encode(value: unknown): string;
  decode(text: string): unknown;
}

export interface Base64 {
  write(bytes: Uint8Array): string;
  read(text: string): Uint8Array;
}

/*
 * Written form: null, booleans, strings and ordinary numbers stand for themselves; all else is an array that begins
 * with a tag. Objects are numbered in the order in which they are first met, for references back to them.
 */
export function makeClone({ write, read }: Base64): Clone {
  const structured = globalThis.structuredClone;
  const { parse, stringify } = JSON;
  type View = new (buffer: ArrayBuffer, byteOffset: number, length: number) => ArrayBufferView;
  const VIEWS = new Map<string, View>(
    [
      Int8Array,
      Uint8Array,
      Uint8ClampedArray,
      Int16Array,
      Uint16Array,
      Int32Array,
      Uint32Array,
      Float32Array,
      Float64Array,
      BigInt64Array,
      BigUint64Array,
      DataView,
    ].map((View) => [View.name, View]),
  );
  const ERRORS = new Map(
    [Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError].map((E) => [E.name, E]),
  );
  const typeOf = (value: object) => Object.prototype.toString.call(value).slice(8, -1);
  const refuse = () => new Error('An object could not be cloned.');

  const writeNumber = (value: number) =>
    Number.isFinite(value) && !Object.is(value, -0) ? value : ['n', Object.is(value, -0) ? '-0' : `${value}`];

  function encode(value: unknown): string {
    const met = new Map<object, number>();
    const one = (value: unknown): unknown => {
      if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
      if (value === undefined) return ['u'];
      if (typeof value === 'number') return writeNumber(value);
      if (typeof value === 'bigint') return ['i', `${value}`];
      if (typeof value !== 'object') throw refuse();
      const before = met.get(value);
      if (before !== undefined) return ['r', before];
      met.set(value, met.size);
      return object(value);
    };
    const object = (value: object): unknown[] => {
      if (Array.isArray(value)) {
        return ['a', ...Array.from(value, (item, index) => (index in value ? one(item) : ['h']))];
      }
      if (value instanceof Date) return ['d', writeNumber(value.getTime())];
      if (value instanceof RegExp) return ['x', value.source, value.flags];
      if (value instanceof ArrayBuffer) return ['b', write(new Uint8Array(value))];
      if (ArrayBuffer.isView(value)) {
        const { buffer, byteOffset, byteLength } = value;
        const length = 'length' in value ? Number(value.length) : byteLength;
        return ['v', typeOf(value), one(buffer), byteOffset, length];
      }
      if (value instanceof Map) return ['m', ...[...value].flat(1).map(one)];
      if (value instanceof Set) return ['s', ...[...value].map(one)];
      if (value instanceof Error) {
        return [
          'e',
          value.name,
          value.message,
          value.stack ?? '',
          ...('cause' in value ? [one(value.cause)] : []),
        ];
      }
      const type = typeOf(value);
      if (['Number', 'String', 'Boolean', 'BigInt'].includes(type)) return ['p', one(value.valueOf())];
      if (type !== 'Object') throw refuse();
      return ['o', ...Object.entries(value).flatMap(([key, item]) => [key, one(item)])];
    };
    let cloned: unknown;
    try {
      // Says what can't be cloned, drops prototypes and reads getters: what is left is data.
      cloned = structured(value);
    } catch {
      throw refuse();
    }
    return stringify(one(cloned));
  }

  function decode(text: string): unknown {
    const met: unknown[] = [];
    const keep = <T>(value: T): T => {
      met.push(value);
      return value;
    };
    const set = (target: object, key: string, value: unknown) =>
      Object.defineProperty(target, key, { value, writable: true, enumerable: true, configurable: true });
    const one = (written: unknown): unknown => {
      if (!Array.isArray(written)) return written;
      const [tag, ...rest] = written as [string, ...unknown[]];
      const first = rest[0];
      switch (tag) {
        case 'u':
          return undefined;
        case 'n':
          return Number(first);
        case 'i':
          return BigInt(String(first));
        case 'r':
          return met[Number(first)];
        case 'a': {
          const array = keep(new Array<unknown>(rest.length));
          rest.forEach((item, index) => {
            if (!Array.isArray(item) || item[0] !== 'h') array[index] = one(item);
          });
          return array;
        }
        case 'o': {
          const object = keep({});
          for (let at = 0; at < rest.length; at += 2) set(object, String(rest[at]), one(rest[at + 1]));
          return object;
        }
        case 'd':
          return keep(new Date(Number(one(first))));
        case 'x':
          return keep(new RegExp(String(first), String(rest[1])));
        case 'b':
          // Copied: a Buffer is a window onto memory that it shares, and so is its slice.
          return keep(new Uint8Array(read(String(first))).buffer);
        case 'v': {
          // Its number comes before its buffer's.
          const at = met.push(undefined) - 1;
          const View = VIEWS.get(String(first));
          if (!View) throw refuse();
          return (met[at] = new View(one(rest[1]) as ArrayBuffer, Number(rest[2]), Number(rest[3])));
        }
        case 'm': {
          const map = keep(new Map());
          for (let at = 0; at < rest.length; at += 2) map.set(one(rest[at]), one(rest[at + 1]));
          return map;
        }
        case 's': {
          const items = keep(new Set());
          for (const item of rest) items.add(one(item));
          return items;
        }
        case 'e': {
          const error = keep(new (ERRORS.get(String(first)) ?? Error)(String(rest[1])));
          const hidden = { writable: true, configurable: true };
          Object.defineProperty(error, 'stack', { value: rest[2], ...hidden });
          if (rest.length > 3) Object.defineProperty(error, 'cause', { value: one(rest[3]), ...hidden });
          return error;
        }
        case 'p':
          return keep(Object(one(first)));
        default:
          throw new Error(`Chromium host: unknown tag ${tag}`);
      }
    };
    return one(parse(text));
  }

  return { encode, decode };
}
