// Notices that nobody has touched this window for as long as policy gives the details of a patron.
import { onUnmounted, watch } from 'vue';
import { useLook } from './look.ts';
import { useSession } from './session.ts';

const TOUCHES = ['keydown', 'pointerdown', 'pointermove', 'wheel'] as const;

/** `leave` is done then; it isn't asked for while nothing of a patron is in sight, or already covered. */
export function useUnattended(inSight: () => boolean, leave: () => void): void {
  const look = useLook();
  const session = useSession();
  let touched = Date.now();
  let timer: ReturnType<typeof setTimeout> | undefined;

  const touch = () => (touched = Date.now());

  function wait(): void {
    clearTimeout(timer);
    const minutes = look.rules?.privacy.afterMinutes ?? 0;
    if (minutes === 0) return;
    const left = touched + minutes * 60_000 - Date.now();
    if (left > 0) timer = setTimeout(wait, left);
    else {
      touch();
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
