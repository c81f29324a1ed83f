// The acts of this desk as the page Sync lists them, read anew whenever they have changed.
import { defineStore } from 'pinia';
import { ref, shallowRef } from 'vue';
import type { DeskAct } from '../../../shared/ipc/sync.ts';
import type { DeskError } from '../../../shared/ipc/errors.ts';
import { ask, hear } from '../../app/ask.ts';
import { whenBack } from '../../app/when-back.ts';

export const useDeskActs = defineStore('deskActs', () => {
  const acts = shallowRef<readonly DeskAct[]>();
  const failure = ref<DeskError>();
  let reading = 0;

  async function read(): Promise<void> {
    const number = ++reading;
    const answer = await ask('sync.acts', {});
    if (number !== reading) return;
    failure.value = answer.ok ? undefined : answer.error;
    if (answer.ok) acts.value = answer.value.acts;
  }

  whenBack(() => {
    if (failure.value) void read();
  });

  /** Reads now and at each change, until the answered function is called. */
  function watch(): () => void {
    void read();
    return hear('acts.changed', () => void read());
  }

  function forget(): void {
    reading++;
    acts.value = undefined;
    failure.value = undefined;
  }

  return { acts, failure, read, watch, forget };
});
