// Does what a shortcut says: whoever is on the page takes part, and the part that came last is asked first.
import { defineStore } from 'pinia';
import { onUnmounted } from 'vue';
import type { WindowKind } from '../../../shared/ipc/contract.ts';
import { useLook } from '../look.ts';
import { isNewestKey, sinceKey } from './pace.ts';
import { isText } from '../scanner/field.ts';
import { isCharacter } from '../scanner/scanner.ts';
import { shortcut, shortcutOf, singleOf, type ShortcutId } from './shortcuts.ts';

/** `at`: which of its keys, from 0. Answers false where there is nothing to do for it now. */
type Handler = (at: number) => unknown;

/** So many ms longer than a scanner's pause: a character that others follow is no shortcut. */
const LONGER_MS = 30;

const useHandlers = defineStore('shortcuts', () => {
  const handlers = new Map<ShortcutId, Handler[]>();

  function add(id: ShortcutId, handler: Handler): () => void {
    handlers.set(id, [...(handlers.get(id) ?? []), handler]);
    return () => {
      handlers.set(
        id,
        (handlers.get(id) ?? []).filter((one) => one !== handler),
      );
    };
  }

  function run(id: ShortcutId, at: number): boolean {
    if (!shortcut(id).always && document.querySelector('[role=dialog], [role=alertdialog]')) return false;
    return [...(handlers.get(id) ?? [])].reverse().some((handler) => handler(at) !== false);
  }

  return { add, run };
});

/** Takes part for as long as the component is there. */
export function useShortcut(id: ShortcutId, handler: Handler): void {
  onUnmounted(useHandlers().add(id, handler));
}

/** Listens in this window. */
export function listenForShortcuts(kind: WindowKind): void {
  const handlers = useHandlers();
  const look = useLook();

  window.addEventListener('keydown', (event) => {
    if (event.defaultPrevented || event.isComposing) return;
    const found = shortcutOf(event, kind);
    if (found) {
      if (handlers.run(found.id, found.at)) event.preventDefault();
      return;
    }
    const gapMs = look.rules?.scanner.gapMs ?? 0;
    const typing = isText(event.target) || event.target instanceof HTMLSelectElement;
    const alone = look.singleKeys && !typing && isCharacter(event) && sinceKey(event) > gapMs;
    const single = alone ? singleOf(event.key, kind) : undefined;
    if (single)
      setTimeout(() => {
        if (isNewestKey(event)) handlers.run(single, 0);
      }, gapMs + LONGER_MS);
  });
}
