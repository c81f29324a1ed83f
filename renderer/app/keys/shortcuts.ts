// The list of all shortcuts, as the sheet on F1 shows them, and what of a key event each one takes.
import type { WindowKind } from '../../../shared/ipc/contract.ts';

interface ShortcutEntry {
  /** Names of keys as `KeyboardEvent.key` has them, modifiers first; Ctrl is Command on a Mac. */
  keys: readonly (readonly string[])[];
  /** A character that does it alone, where staff have switched that on. */
  single?: string;
  windows: readonly WindowKind[];
  /** Does its work over an open dialog, too. */
  always?: boolean;
  /** Its handler is elsewhere: it's only listed. */
  listed?: boolean;
}

const both = ['desk', 'patron'] as const;
const desk = ['desk'] as const;
const patron = ['patron'] as const;
const PAGE_DIGITS = ['1', '2', '3'] as const;
const TAB_DIGITS = ['1', '2', '3', '4', '5', '6'] as const;

export const SHORTCUTS = {
  search: { keys: [['Ctrl', 'K']], single: '/', windows: both, always: true },
  list: { keys: [['ArrowDown'], ['Enter']], windows: desk, listed: true },
  page: { keys: PAGE_DIGITS.map((digit) => ['Alt', digit]), windows: desk },
  tab: { keys: TAB_DIGITS.map((digit) => ['Alt', digit]), windows: patron },
  nextTab: { keys: [['Ctrl', 'Tab']], windows: both },
  lastTab: { keys: [['Ctrl', 'Shift', 'Tab']], windows: both },
  pen: { keys: [['F2']], single: 'e', windows: patron },
  penBefore: { keys: [['Shift', 'F2']], windows: patron },
  save: { keys: [['Ctrl', 'S']], windows: patron },
  cancel: { keys: [['Escape']], windows: patron },
  block: { keys: [['Ctrl', 'B']], single: 'b', windows: patron },
  submit: { keys: [['Ctrl', 'Enter']], windows: patron, listed: true },
  download: { keys: [['Ctrl', 'D']], windows: patron },
  delete: { keys: [['Ctrl', 'Shift', 'Delete']], windows: patron },
  print: { keys: [['Ctrl', 'P']], single: 'p', windows: both },
  outside: { keys: [['Ctrl', 'O']], windows: patron },
  close: { keys: [['Ctrl', 'W']], windows: patron },
  scanned: { keys: [['Alt', 'O']], windows: both, always: true },
  hide: { keys: [['F9']], windows: both, always: true },
  lock: { keys: [['Ctrl', 'L']], windows: both, always: true },
  larger: { keys: [['Ctrl', '+']], windows: both, always: true },
  smaller: { keys: [['Ctrl', '-']], windows: both, always: true },
  firstSize: { keys: [['Ctrl', '0']], windows: both, always: true },
  help: { keys: [['F1']], single: '?', windows: both },
} as const satisfies Record<string, ShortcutEntry>;

export type ShortcutId = keyof typeof SHORTCUTS;
export const SHORTCUT_IDS = Object.keys(SHORTCUTS) as ShortcutId[];
export const shortcut = (id: ShortcutId): ShortcutEntry => SHORTCUTS[id];

/** The key that an event is about, whatever the keyboard's layout makes of it together with Alt or Shift. */
function keyOf(event: KeyboardEvent): string {
  const [, digit] = /^(?:Digit|Numpad)(\d)$/.exec(event.code) ?? [];
  if (digit && (event.altKey || event.ctrlKey)) return digit;
  if (event.altKey && /^Key[A-Z]$/.test(event.code)) return event.code.slice(3);
  // The plus of most keyboards is the shifted or unshifted key beside the zero.
  if (event.ctrlKey && (event.key === '=' || event.code === 'NumpadAdd')) return '+';
  if (event.ctrlKey && event.code === 'NumpadSubtract') return '-';
  return event.key.length === 1 ? event.key.toUpperCase() : event.key;
}

/** Which shortcut an event is, and which of its keys by number. */
export function shortcutOf(
  event: KeyboardEvent,
  kind: WindowKind,
): { id: ShortcutId; at: number } | undefined {
  // What is typed with it is a character, though some keyboards say that Ctrl and Alt are held.
  if (event.ctrlKey && event.getModifierState('AltGraph')) return undefined;
  const key = keyOf(event);
  const ctrl = event.ctrlKey || event.metaKey;
  for (const id of SHORTCUT_IDS) {
    const { keys, windows, listed } = shortcut(id);
    if (listed || !windows.includes(kind)) continue;
    const at = keys.findIndex((held) => {
      if (held.at(-1) !== key) return false;
      const wants = (modifier: string) => held.includes(modifier);
      const shift = wants('Shift') === event.shiftKey || key === '+';
      return wants('Ctrl') === ctrl && wants('Alt') === event.altKey && shift;
    });
    if (at >= 0) return { id, at };
  }
  return undefined;
}

/** The shortcut that a character alone is, where that is switched on. */
export function singleOf(character: string, kind: WindowKind): ShortcutId | undefined {
  return SHORTCUT_IDS.find((id) => {
    const { single, windows } = shortcut(id);
    return single === character && windows.includes(kind);
  });
}

/** As `aria-keyshortcuts` wants it. */
export function ariaKeys(id: ShortcutId): string {
  const names: Record<string, string> = { Ctrl: 'Control', '+': 'Plus' };
  return shortcut(id)
    .keys.map((held) => held.map((key) => names[key] ?? key).join('+'))
    .join(' ');
}
