// What the preload's world and the host tell each other. Addresses in them are Chromium's.

export const BINDING = 'chromiumHostTell';
export const DELIVER = 'chromiumHostDeliver';
export const ISOLATED_WORLD = 'Electron Isolated Context';

/** `href` is where the document stands at that moment; no page script can change what it reads. */
export type FromRenderer = { href: string } & (
  | { kind: 'invoke'; id: number; channel: string; args: string }
  | { kind: 'send'; channel: string; args: string }
  | { kind: 'preload-error'; message: string; stack: string }
  | { kind: 'open'; url: string; frameName: string; features: string; disposition: OpenDisposition }
  | { kind: 'leave'; url: string }
  | { kind: 'unload'; pagePrevents: boolean }
  | { kind: 'title'; title: string }
  | { kind: 'focus'; focused: boolean }
  | { kind: 'input'; input: KeyInput }
);

export type OpenDisposition = 'new-window' | 'foreground-tab' | 'background-tab';

export type ToRenderer =
  | { kind: 'event'; channel: string; args: string }
  | { kind: 'result'; id: number; result: string }
  | { kind: 'failure'; id: number; message: string };

/** A keyboard event in the shape of Electron's `Input`. */
export interface KeyInput {
  type: 'keyDown' | 'keyUp';
  key: string;
  code: string;
  isAutoRepeat: boolean;
  isComposing: boolean;
  shift: boolean;
  control: boolean;
  alt: boolean;
  meta: boolean;
  location: number;
  modifiers: string[];
}

/** What the host knows about a window when it makes the preload's world. */
export interface WorldOptions {
  handshake: string;
  binding: typeof BINDING;
  deliver: typeof DELIVER;
  preloadPath: string | undefined;
  /** The preload's `process`, but for its functions. */
  process: Record<string, unknown>;
}
