// Patrons of this library by a name that is being typed, as guarantors to choose from.
import { ref, type Ref } from 'vue';
import type { PatronSummary } from '../../../shared/patrons/patron.ts';
import { ask } from '../../app/ask.ts';
import { useSession } from '../../app/session.ts';

const PAUSE_MS = 200;
const MOST = 8;

export interface GuarantorSearch {
  hits: Ref<PatronSummary[]>;
  state: Ref<'idle' | 'searching' | 'found' | 'failed'>;
  type: (name: string) => void;
  stop: () => void;
}

/** `self` is never offered: nobody is their own guarantor. */
export function useGuarantorSearch(self: () => string | undefined): GuarantorSearch {
  const hits = ref<PatronSummary[]>([]);
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

  async function search(query: string, number: number): Promise<void> {
    const asked = { query: query.slice(0, 200), offset: 0, limit: MOST + 1 };
    let answer = await ask('patrons.search', { ...asked, from: 'copy' });
    if (answer.ok && answer.value.partial && useSession().withServer) {
      const whole = await ask('patrons.search', { ...asked, from: 'server' });
      if (whole.ok) answer = whole;
    }
    if (number !== current) return;
    state.value = answer.ok ? 'found' : 'failed';
    hits.value = answer.ok ? answer.value.patrons.filter(({ id }) => id !== self()).slice(0, MOST) : [];
  }

  return { hits, state, type, stop };
}
