// The download of the patron data file: under way, saved and where, or why not.
import { defineStore } from 'pinia';
import { ref } from 'vue';
import type { RequestResult } from '../../../shared/ipc/contract.ts';
import type { DeskError } from '../../../shared/ipc/errors.ts';
import { ask } from '../../app/ask.ts';
import { usePatron } from '../patron.ts';

export const useDownload = defineStore('download', () => {
  const busy = ref(false);
  const saved = ref<RequestResult<'patron.download'>>();
  const failure = ref<DeskError>();

  async function start(): Promise<void> {
    busy.value = true;
    dismiss();
    const answer = await ask('patron.download', {});
    busy.value = false;
    if (answer.ok) saved.value = answer.value;
    else {
      usePatron().failed(answer.error);
      failure.value = answer.error;
    }
  }

  async function show(): Promise<void> {
    if (!saved.value) return;
    const answer = await ask('patron.showFile', { file: saved.value.file });
    failure.value = answer.ok ? undefined : answer.error;
    if (failure.value?.code === 'fileGone') saved.value = undefined;
  }

  function dismiss(): void {
    saved.value = undefined;
    failure.value = undefined;
  }

  return { busy, saved, failure, start, show, dismiss };
});
