// What this window holds that isn't saved. Main is told, so that closing asks; leaving asks here.
import { defineStore } from 'pinia';
import { computed, reactive, ref, watch } from 'vue';
import { ask } from '../app/ask.ts';

export const useUnsaved = defineStore('unsaved', () => {
  /** Each place with typed text by its name: a section, the PIN, the comment of a block. */
  const places = reactive(new Set<string>());
  const unsaved = computed(() => places.size > 0);
  const asking = ref(false);
  let answer: ((leave: boolean) => void) | undefined;

  watch(unsaved, (now) => void ask('window.unsaved', { unsaved: now }));

  function mark(place: string, holdsText: boolean): void {
    if (holdsText) places.add(place);
    else places.delete(place);
  }

  const holds = (place: string) => places.has(place);

  /** Whether staff let go of what isn't saved; true at once where there is nothing. */
  function mayLeave(): Promise<boolean> {
    if (!unsaved.value) return Promise.resolve(true);
    answer?.(false);
    asking.value = true;
    return new Promise((resolve) => (answer = resolve));
  }

  function decide(leave: boolean): void {
    asking.value = false;
    answer?.(leave);
    answer = undefined;
  }

  return { unsaved, asking, mark, holds, mayLeave, decide };
});
