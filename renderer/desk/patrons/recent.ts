// Patrons opened lately in this session, as main tells them. Nothing of them is kept.
import { defineStore } from 'pinia';
import { ref, shallowRef } from 'vue';
import { ask, hear } from '../../app/ask.ts';
import { whenBack } from '../../app/when-back.ts';

export const useRecentPatrons = defineStore('recent patrons', () => {
  const patrons = shallowRef<readonly { id: string; name: string }[]>([]);
  /** Nobody has been there for a while: they are out of sight, whatever comes of them meanwhile. */
  const away = ref(false);

  async function read(): Promise<void> {
    const answer = await ask('patrons.recent', {});
    patrons.value = answer.ok ? answer.value.patrons : [];
  }

  whenBack(() => void read());
  hear('recent.changed', () => void read());
  return { patrons, away };
});
