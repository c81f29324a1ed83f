// Notifications and agreements: lists that are fetched when their tab is first opened.
import { defineStore } from 'pinia';
import { ref, shallowRef } from 'vue';
import type { DeskError, Result } from '../../../shared/ipc/errors.ts';
import type { Agreement, Notification } from '../../../shared/patrons/patron.ts';
import { ask } from '../../app/ask.ts';
import { usePatron } from '../patron.ts';

function fetched<T>(request: () => Promise<Result<readonly T[]>>) {
  const rows = shallowRef<readonly T[]>();
  const failure = ref<DeskError>();

  async function read(): Promise<void> {
    const answer = await request();
    failure.value = answer.ok ? undefined : answer.error;
    if (answer.ok) rows.value = answer.value;
    else usePatron().failed(answer.error);
  }
  return { rows, failure, read };
}

export const useNotifications = defineStore('notifications', () =>
  fetched<Notification>(async () => {
    const answer = await ask('patron.notifications', {});
    return answer.ok ? { ok: true, value: answer.value.notifications } : answer;
  }),
);

export const useAgreements = defineStore('agreements', () =>
  fetched<Agreement>(async () => {
    const answer = await ask('patron.agreements', {});
    return answer.ok ? { ok: true, value: answer.value.agreements } : answer;
  }),
);
