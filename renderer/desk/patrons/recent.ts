// Patrons opened lately in this session, as main tells them. Nothing of them is kept.
import { defineStore } from 'pinia';
import { shallowRef } from 'vue';
import { ask, hear } from '../../app/ask.ts';
import { whenBack } from '../../app/when-back.ts';

export const useRecentPatrons = defineStore('recent patrons', () => {
  const patrons = shallowRef<readonly { id: string; name: string }[]>([]);

  async function read(): Promise<void> {
    const answer = await ask('patrons.recent', {});
    patrons.value = answer.ok ? answer.value.patrons : [];
  }

  function putAway(): void {
    patrons.value = [];
  }

  whenBack(() => void read());
  hear('recent.changed', () => void read());
  return { patrons, read, putAway };
});
