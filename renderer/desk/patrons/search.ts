// The search for patrons: what is typed, the hits that have come so far, and which answer still counts.
import { defineStore } from 'pinia';
import { ref, shallowRef, triggerRef, watch } from 'vue';
import { listOrderOf } from '../../../shared/patrons/list-order.ts';
import type { DeskError } from '../../../shared/ipc/errors.ts';
import type { PatronSummary } from '../../../shared/patrons/patron.ts';
import type { RequestResult } from '../../../shared/ipc/contract.ts';
import { ask } from '../../app/ask.ts';
import { localeOf } from '../../app/languages.ts';
import { useSession } from '../../app/session.ts';
import { i18n } from '../../app/words.ts';
import { inOrder } from './hit-order.ts';

export const PAGE = 100;
export const TYPING_PAUSE_MS = 150;

export const useSearch = defineStore('search', () => {
  const session = useSession();
  const typed = ref('');
  /** What the hits answer to; undefined before the first search. */
  const answered = ref<string>();
  const total = ref(0);
  const hits = shallowRef(new Map<number, PatronSummary>());
  /** Counts answers, so that the list knows when the rows in sight must be fetched anew. */
  const answers = ref(0);
  const searching = ref(false);
  /** The server may know of more than was found in the copy. */
  const partial = ref(false);
  /** The hits are the copy's, and the server, which may know of more, gave no answer. */
  const copyOnly = ref(false);
  let source: 'copy' | 'server' = 'copy';
  const failure = ref<DeskError>();
  /** Each search has a number; an answer to an older one is dropped. */
  let current = 0;
  let asked = '';
  let latest = Promise.resolve();
  let pause: ReturnType<typeof setTimeout> | undefined;
  let pagesAsked = new Set<number>();

  const language = i18n.global.locale;
  watch(language, () => void searchNow());

  const askFor = (query: string, page: number, from: 'copy' | 'server') =>
    ask('patrons.search', {
      ...{ query, offset: page * PAGE, limit: PAGE, from },
      order: listOrderOf(language.value),
    });

  function type(text: string): void {
    typed.value = text;
    clearTimeout(pause);
    // There is nothing to ask for: what was found goes with its words.
    if (text.trim() === '') void searchNow();
    else pause = setTimeout(() => void searchNow(), TYPING_PAUSE_MS);
  }

  /** Doesn't wait for the typing to pause. Answers when the newest search has, also where that overtook this one. */
  const searchNow = () => (latest = lookUp());

  /** Answers when all who are asked for what is typed have answered. */
  const settled = () => (searching.value && asked === typed.value.trim() ? latest : searchNow());

  /** Keeps the old hits in sight until the new ones are here. */
  async function lookUp(): Promise<void> {
    clearTimeout(pause);
    const query = typed.value.trim();
    const number = ++current;
    asked = query;
    failure.value = undefined;
    if (query === '') return clear();
    searching.value = true;
    const answer = await askFor(query, 0, 'copy');
    if (number !== current) return latest;
    const goesOn = answer.ok && answer.value.partial && session.withServer;
    searching.value = goesOn;
    copyOnly.value = answer.ok && answer.value.partial && !goesOn;
    if (!answer.ok) {
      failure.value = answer.error;
      return;
    }
    // The copy's hits are in sight at once; the server knows patrons whom the copy doesn't hold. Its hits stay until its
    // next answer to the same words.
    const again = source === 'server' && query === answered.value;
    if (!goesOn || !again) take(query, answer.value, 'copy');
    if (!goesOn) return;
    const whole = await askFor(query, 0, 'server');
    if (number !== current) return latest;
    searching.value = false;
    if (whole.ok) return take(query, whole.value, 'server');
    failure.value = whole.error;
    copyOnly.value = source === 'copy';
  }

  function take(query: string, found: RequestResult<'patrons.search'>, from: 'copy' | 'server'): void {
    source = from;
    partial.value = found.partial;
    // The same words again, after a change: the old rows stay in sight until theirs have come.
    const old = query === answered.value ? [...hits.value].filter(([row]) => row < found.total) : [];
    answered.value = query;
    total.value = found.total;
    pagesAsked = new Set([0]);
    const whole = found.patrons.length === found.total;
    const patrons = whole ? inOrder(found.patrons, query, localeOf(language.value)) : found.patrons;
    hits.value = new Map([...old, ...patrons.entries()]);
    answers.value++;
  }

  /** Fetches the pages that rows `first` to `last` stand on, each once. */
  async function need(first: number, last: number): Promise<void> {
    const pages = [Math.floor(first / PAGE), Math.floor(last / PAGE)];
    await Promise.all([...new Set(pages)].filter((page) => !pagesAsked.has(page)).map(fetchPage));
  }

  async function fetchPage(page: number): Promise<void> {
    const query = answered.value;
    if (query === undefined || page * PAGE >= total.value) return;
    const number = current;
    pagesAsked.add(page);
    const answer = await askFor(query, page, source);
    if (number !== current) return;
    if (!answer.ok) {
      pagesAsked.delete(page);
      failure.value = answer.error;
      return;
    }
    answer.value.patrons.forEach((patron, index) => hits.value.set(page * PAGE + index, patron));
    triggerRef(hits);
  }

  function clear(): void {
    answered.value = undefined;
    total.value = 0;
    searching.value = false;
    copyOnly.value = false;
    hits.value = new Map();
  }

  /** For whoever signs in next: nothing typed or found before is kept. */
  function forget(): void {
    clearTimeout(pause);
    current++;
    latest = Promise.resolve();
    typed.value = '';
    failure.value = undefined;
    clear();
  }

  return {
    typed,
    answered,
    answers,
    total,
    hits,
    searching,
    partial,
    copyOnly,
    failure,
    type,
    searchNow,
    settled,
    need,
    forget,
  };
});
