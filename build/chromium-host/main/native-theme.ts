// nativeTheme: light or dark, told to every page. The system behind the host is light.
import type { CdpSession } from '../chromium/cdp.ts';
import { allowEvents, emitter } from '../not-emulated.ts';

type Emulated =
  | 'themeSource'
  | 'shouldUseDarkColors'
  | 'shouldUseHighContrastColors'
  | 'shouldUseInvertedColorScheme'
  | 'inForcedColorsMode'
  | 'prefersReducedTransparency';

class NativeThemeHost extends emitter('nativeTheme') implements Pick<Electron.NativeTheme, Emulated> {
  #source: 'system' | 'light' | 'dark' = 'system';
  readonly #pages = new Set<CdpSession>();
  readonly shouldUseHighContrastColors = false;
  readonly shouldUseInvertedColorScheme = false;
  readonly inForcedColorsMode = false;
  readonly prefersReducedTransparency = false;

  constructor() {
    super();
    allowEvents(this, 'nativeTheme', ['updated']);
  }

  get shouldUseDarkColors(): boolean {
    return this.#source === 'dark';
  }
  get themeSource() {
    return this.#source;
  }
  set themeSource(source: 'system' | 'light' | 'dark') {
    if (source === this.#source) return;
    this.#source = source;
    for (const page of this.#pages) this.#tell(page);
    queueMicrotask(() => this.emit('updated'));
  }

  applyTo(page: CdpSession): void {
    this.#pages.add(page);
    page.onceEnded(() => this.#pages.delete(page));
    // With the system's theme nothing is overridden, and Playwright's colorScheme stays in force.
    if (this.#source !== 'system') this.#tell(page);
  }

  #tell(page: CdpSession): void {
    const value = this.#source === 'system' ? '' : this.#source;
    page.tell('Emulation.setEmulatedMedia', { features: [{ name: 'prefers-color-scheme', value }] });
  }
}

export const nativeTheme = new NativeThemeHost();
