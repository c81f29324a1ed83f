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

export const useDownload = defineStore('download', () => {
  const patron = usePatron();
  const notices = useNotices();
  const { t } = useWords();
  const busy = ref(false);
  const questions = ref<Questions>();
  const progress = ref<EventPayload<'download.progress'>>();
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

  async function cancel(): Promise<void> {
    await ask('patron.cancelDownload', {});
  }

  async function show(): Promise<void> {
    if (!saved.value) return;
    const answer = await ask('patron.showFile', { file: saved.value.file });
    failure.value = answer.ok ? undefined : answer.error;
    if (failure.value?.code === 'fileGone') saved.value = undefined;
  }

  async function remove(): Promise<void> {
    if (!saved.value) return;
    const answer = await ask('patron.deleteFile', { file: saved.value.file });
    failure.value = answer.ok ? undefined : answer.error;
    if (answer.ok || answer.error.code === 'fileGone') saved.value = undefined;
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
    if (busy.value && now.patronId === patron.patron?.id) progress.value = now;
  });

  return { busy, asking, questions, progress, saved, failure, start, save, cancel, show, remove, dismiss };
});

const isChecked = (requester: Requester) => requester !== 'unchecked';
