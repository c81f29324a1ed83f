// clipboard: this process's own; the desktop's is left alone, so that tests don't overwrite what somebody copied.
import { emulation } from '../not-emulated.ts';

type Emulated = 'readText' | 'writeText' | 'readHTML' | 'writeHTML' | 'clear' | 'availableFormats';

class ClipboardHost extends emulation('clipboard') {
  readonly #held = new Map<string, string>();

  readText(): string {
    return this.#held.get('text/plain') ?? '';
  }
  writeText(text: string): void {
    this.#held.clear();
    this.#held.set('text/plain', text);
  }
  readHTML(): string {
    return this.#held.get('text/html') ?? '';
  }
  writeHTML(markup: string): void {
    this.#held.clear();
    this.#held.set('text/html', markup);
  }
  clear(): void {
    this.#held.clear();
  }
  availableFormats(): string[] {
    return [...this.#held.keys()];
  }
}

class SystemClipboardHost extends ClipboardHost {
  /** What was only selected; elsewhere than on Linux there is no such thing. */
  readonly selection = process.platform === 'linux' ? new ClipboardHost() : undefined;
}

export const clipboard = new SystemClipboardHost() satisfies Record<Emulated | 'selection', unknown>;
