// The corner where notices stand. What scrolls leaves room for it, so that everything can be read and pressed beside it, and
// what has the focus is never behind it.
import { onMounted, onUnmounted, type ShallowRef } from 'vue';

/** `--corner-height` is how high the corner is now. */
export function useCorner(corner: Readonly<ShallowRef<HTMLElement | null>>): void {
  const root = document.documentElement;

  function makeRoom(): void {
    const box = corner.value?.getBoundingClientRect();
    root.style.setProperty('--corner-height', `${Math.ceil(box?.height ?? 0)}px`);
    const focused = document.activeElement;
    if (!box?.height || !focused || corner.value?.contains(focused)) return;
    const at = focused.getBoundingClientRect();
    const behind = at.bottom > box.top && at.top < box.bottom && at.right > box.left && at.left < box.right;
    if (behind) focused.scrollIntoView({ block: 'nearest' });
  }

  const observer = new ResizeObserver(makeRoom);
  onMounted(() => corner.value && observer.observe(corner.value));
  onUnmounted(() => observer.disconnect());
}
