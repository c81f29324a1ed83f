// The download of the patron data file: what is asked first, how far it is, where it was saved, or why not.
import { defineStore } from 'pinia';
import { computed, ref } from 'vue';
import type { EventPayload, RequestResult } from '../../../shared/ipc/contract.ts';
import type { DeskError } from '../../../shared/ipc/errors.ts';
import { requestersFor, type Requester } from '../../../shared/patron-data/requester.ts';
import { ask, hear } from '../../app/ask.ts';
import { useNotices } from '../../app/notices.ts';
import { useWords } from '../../app/words.ts';
import { usePatron } from '../patron.ts';

type Elsewhere = RequestResult<'patron.downloadQuestions'>['elsewhere'];

export interface Questions {
  /** Who may be asking, where staff are to say; empty where they aren't. */
  requesters: readonly Requester[];
  elsewhere: Elsewhere;
}

/** Errors after which there is nothing left to show or delete. */
const NO_MORE = ['fileGone', 'fileLeft'];
/** So long into a download its time left is a guess worth telling. */
const TELLING_FROM_S = 2;

export const useDownload = defineStore('download', () => {
  const patron = usePatron();
  const notices = useNotices();
  const { t } = useWords();
  const busy = ref(false);
  const questions = ref<Questions>();
  const progress = ref<EventPayload<'download.progress'>>();
  /** When the first rows of this download were told. */
  const began = ref(0);
  const saved = ref<RequestResult<'patron.download'>>();
  const failure = ref<DeskError>();
  const asking = computed({
    get: () => questions.value !== undefined,
    set: (open) => {
      if (!open) questions.value = undefined;
    },
  });

  /** One click saves, unless there is something to ask. */
  async function start(): Promise<void> {
    if (busy.value) return;
    dismiss();
    busy.value = true;
    const answer = await ask('patron.downloadQuestions', {});
    busy.value = false;
    if (!answer.ok) return failed(answer.error);
    const { whoIsAsking, elsewhere } = answer.value;
    const may = requestersFor(patron.patron?.ageGroup ?? 'unknown');
    const requesters = whoIsAsking || !may.includes('unchecked') ? may.filter(isChecked) : [];
    if (requesters.length === 0 && !elsewhere) await save('unchecked');
    else questions.value = { requesters, elsewhere };
  }

  /** Saves, once staff have answered what there was to ask. */
  async function save(requester: Requester): Promise<void> {
    if (busy.value) return;
    const saveElsewhere = Boolean(questions.value?.elsewhere);
    questions.value = undefined;
    busy.value = true;
    const answer = await ask('patron.download', { requester, saveElsewhere });
    busy.value = false;
    progress.value = undefined;
    if (answer.ok) saved.value = answer.value;
    else if (answer.error.code === 'cancelled') notices.done(() => t('download.cancelled'));
    else failed(answer.error);
  }

  /** By how fast it was so far; undefined until that is known. */
  const secondsLeft = computed(() => {
    const { step, done = 0, total = 0 } = progress.value ?? {};
    const seconds = (Date.now() - began.value) / 1000;
    if (step !== 'reading' || done === 0 || seconds < TELLING_FROM_S) return undefined;
    return (seconds / done) * Math.max(0, total - done);
  });

  async function cancel(): Promise<void> {
    await ask('patron.cancelDownload', {});
  }

  async function show(): Promise<void> {
    if (!saved.value) return;
    const answer = await ask('patron.showFile', { file: saved.value.file });
    failure.value = answer.ok ? undefined : answer.error;
    if (NO_MORE.includes(failure.value?.code ?? '')) saved.value = undefined;
  }

  async function remove(): Promise<void> {
    if (!saved.value) return;
    const answer = await ask('patron.deleteFile', { file: saved.value.file });
    failure.value = answer.ok ? undefined : answer.error;
    if (answer.ok || NO_MORE.includes(answer.error.code)) saved.value = undefined;
    if (answer.ok) notices.done(() => t('download.deleted'));
  }

  function failed(error: DeskError): void {
    patron.failed(error);
    failure.value = error;
    // The age that was shown isn't the patron's any more: what is asked goes by the present one.
    if (error.code === 'requesterMissing') void patron.read();
  }

  function dismiss(): void {
    saved.value = undefined;
    failure.value = undefined;
  }

  hear('download.progress', (now) => {
    if (!busy.value || now.patronId !== patron.patron?.id) return;
    if (!progress.value) began.value = Date.now();
    progress.value = now;
  });

  return {
    ...{ busy, asking, questions, progress, secondsLeft, saved, failure },
    ...{ start, save, cancel, show, remove, dismiss },
  };
});

const isChecked = (requester: Requester) => requester !== 'unchecked';
