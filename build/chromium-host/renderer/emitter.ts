// `require('events')` of a sandboxed preload, and what ipcRenderer is built on.
// Runs in pages, by its source: it must use nothing from outside itself.

type Listener = (...args: never[]) => void;

export interface Emitter {
  on(name: string, listener: Listener): this;
  addListener(name: string, listener: Listener): this;
  prependListener(name: string, listener: Listener): this;
  once(name: string, listener: Listener): this;
  off(name: string, listener: Listener): this;
  removeListener(name: string, listener: Listener): this;
  removeAllListeners(name?: string): this;
  emit(name: string, ...args: unknown[]): boolean;
  listeners(name: string): Listener[];
  listenerCount(name: string): number;
  eventNames(): string[];
}

export function makeEmitterClass(): new () => Emitter {
  interface Entry {
    listener: Listener;
    once: boolean;
  }

  return class EventEmitter implements Emitter {
    readonly #entries = new Map<string, Entry[]>();

    #entriesOf(name: string): Entry[] {
      return this.#entries.get(name) ?? [];
    }

    #add(name: string, entry: Entry, first = false): this {
      if (typeof entry.listener !== 'function') {
        throw new TypeError('The "listener" argument must be of type function.');
      }
      const entries = this.#entriesOf(name);
      this.#entries.set(name, first ? [entry, ...entries] : [...entries, entry]);
      return this;
    }

    on(name: string, listener: Listener) {
      return this.#add(name, { listener, once: false });
    }
    addListener(name: string, listener: Listener) {
      return this.on(name, listener);
    }
    prependListener(name: string, listener: Listener) {
      return this.#add(name, { listener, once: false }, true);
    }
    once(name: string, listener: Listener) {
      return this.#add(name, { listener, once: true });
    }
    off(name: string, listener: Listener) {
      const entries = this.#entriesOf(name);
      const at = entries.findLastIndex((entry) => entry.listener === listener);
      if (at >= 0) this.#entries.set(name, entries.toSpliced(at, 1));
      return this;
    }
    removeListener(name: string, listener: Listener) {
      return this.off(name, listener);
    }
    removeAllListeners(name?: string) {
      if (name === undefined) this.#entries.clear();
      else this.#entries.delete(name);
      return this;
    }
    emit(name: string, ...args: unknown[]) {
      const entries = this.#entriesOf(name);
      if (name === 'error' && entries.length === 0) throw args[0];
      for (const entry of entries) {
        if (entry.once) this.off(name, entry.listener);
        Reflect.apply(entry.listener, this, args);
      }
      return entries.length > 0;
    }
    listeners(name: string) {
      return this.#entriesOf(name).map(({ listener }) => listener);
    }
    listenerCount(name: string) {
      return this.#entriesOf(name).length;
    }
    eventNames() {
      return [...this.#entries].filter(([, entries]) => entries.length > 0).map(([name]) => name);
    }
  };
}
