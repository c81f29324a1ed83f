// Notices that nobody has touched this window for as long as policy gives the details of a patron; and tells main where
// somebody does, which locks the desk where nobody does.
import { onUnmounted, watch } from 'vue';
import { ask } from './ask.ts';
import { useLook } from './look.ts';
import { useSession } from './session.ts';

const TELL_EVERY_MS = 2_000;
const TOUCHES = ['keydown', 'pointerdown', 'pointermove', 'wheel'] as const;

/**
 * `leave` is done then; it isn't asked for while nothing of a patron is in sight, or already covered. `stay` is done at each
 * touch.
 */
export function useUnattended(inSight: () => boolean, leave: () => void, stay?: () => void): void {
  const look = useLook();
  const session = useSession();
  // By a clock that nobody sets.
  let touched = performance.now();
  let timer: ReturnType<typeof setTimeout> | undefined;

  let told = -Infinity;

  function touch(): void {
    touched = performance.now();
    stay?.();
    if (touched - told < TELL_EVERY_MS || session.status === undefined) return;
    told = touched;
    void ask('window.touched', {});
  }

  function wait(): void {
    clearTimeout(timer);
    const minutes = look.rules?.privacy.afterMinutes ?? 0;
    if (minutes === 0) return;
    const left = touched + minutes * 60_000 - performance.now();
    if (left > 0) timer = setTimeout(wait, left);
    else {
      touched = performance.now();
      if (inSight() && !look.covered && session.status === 'signedIn') leave();
      wait();
    }
  }

  for (const event of TOUCHES) window.addEventListener(event, touch, { capture: true, passive: true });
  watch(() => look.rules, wait, { immediate: true });
  onUnmounted(() => {
    clearTimeout(timer);
    for (const event of TOUCHES) window.removeEventListener(event, touch, { capture: true });
  });
}
