// Patrons of this library by a name that is being typed, as guarantors to choose from.
import { ref, type Ref } from 'vue';
import type { GuarantorChoice } from '../../../shared/ipc/contract.ts';
import { listOrderOf } from '../../../shared/patrons/list-order.ts';
import { ask } from '../../app/ask.ts';
import { i18n } from '../../app/words.ts';

const PAUSE_MS = 200;

export interface GuarantorSearch {
  hits: Ref<GuarantorChoice[]>;
  state: Ref<'idle' | 'searching' | 'found' | 'failed'>;
  type: (name: string) => void;
  stop: () => void;
}

export function useGuarantorSearch(): GuarantorSearch {
  const hits = ref<GuarantorChoice[]>([]);
  const state = ref<'idle' | 'searching' | 'found' | 'failed'>('idle');
  let pause: ReturnType<typeof setTimeout> | undefined;
  let current = 0;

  function stop(): void {
    clearTimeout(pause);
    current++;
    hits.value = [];
    state.value = 'idle';
  }

  function type(name: string): void {
    stop();
    const query = name.trim();
    if (query.length < 2) return;
    state.value = 'searching';
    const number = current;
    pause = setTimeout(() => void search(query, number), PAUSE_MS);
  }

  async function search(name: string, number: number): Promise<void> {
    const answer = await ask('patron.guarantors', {
      name: name.slice(0, 200),
      order: listOrderOf(i18n.global.locale.value),
    });
    if (number !== current) return;
    state.value = answer.ok ? 'found' : 'failed';
    hits.value = answer.ok ? answer.value.patrons : [];
  }

  return { hits, state, type, stop };
}
