// The corner where notices stand. What scrolls leaves room for it, so that everything can be read and pressed beside it, and
// what has the focus is never behind it.
import { onMounted, onUnmounted, type ShallowRef } from 'vue';

/** `--corner-height` is how much of the window's foot the corner takes now; `--corner-top`, enlarged, of its top. */
export function useCorner(corner: Readonly<ShallowRef<HTMLElement | null>>): void {
  const root = document.documentElement;

  function makeRoom(): void {
    const box = corner.value?.getBoundingClientRect();
    const atTop = corner.value && getComputedStyle(corner.value).position === 'sticky';
    const height = box?.height ? Math.ceil(atTop ? box.height : innerHeight - box.top) : 0;
    root.style.setProperty('--corner-height', `${atTop ? 0 : height}px`);
    root.style.setProperty('--corner-top', `${atTop ? height : 0}px`);
    const focused = document.activeElement;
    if (!box?.height || !focused || corner.value?.contains(focused)) return;
    const at = focused.getBoundingClientRect();
    const behind = at.bottom > box.top && at.top < box.bottom && at.right > box.left && at.left < box.right;
    if (behind) focused.scrollIntoView({ block: 'nearest' });
  }

  const observer = new ResizeObserver(makeRoom);
  onMounted(() => corner.value && observer.observe(corner.value));
  document.addEventListener('focusin', makeRoom);
  addEventListener('resize', makeRoom);
  onUnmounted(() => {
    observer.disconnect();
    document.removeEventListener('focusin', makeRoom);
    removeEventListener('resize', makeRoom);
  });
}
