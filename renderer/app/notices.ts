// What the window says in passing: shown for a while in its corner, and read out by screen readers.
import { defineStore } from 'pinia';
import { ref } from 'vue';
import type { DeskError } from '../../shared/ipc/errors.ts';
import { failureWords } from './failure.ts';
import { useFormats } from './library.ts';

export interface Notice {
  id: number;
  kind: 'success' | 'danger';
  /** In the language of the windows, whichever that is by now. */
  words: () => { heading: string; advice?: string };
}

const SHOWN_FOR_MS = 6000;

export const useNotices = defineStore('notices', () => {
  const notices = ref<Notice[]>([]);
  const spoken = ref('');
  const formats = useFormats();
  let last = 0;

  /** Read out only. The same words said again are read out again. */
  function say(words: string): void {
    spoken.value = spoken.value === words ? `${words}\u00a0` : words;
  }

  /** Only what was done last stays in sight. */
  function done(heading: () => string): void {
    const id = ++last;
    const failures = notices.value.filter(({ kind }) => kind === 'danger');
    notices.value = [...failures, { id, kind: 'success', words: () => ({ heading: heading() }) }];
    setTimeout(() => dismiss(id), SHOWN_FOR_MS);
  }

  /** A failure stays until it is dismissed. */
  function failed(error: DeskError): void {
    notices.value.push({ id: ++last, kind: 'danger', words: () => failureWords(error, formats.value) });
  }

  function dismiss(id: number): void {
    notices.value = notices.value.filter((notice) => notice.id !== id);
  }

  return { notices, spoken, say, done, failed, dismiss };
});
