// What comes of a scanned card: its patron opens, or staff are asked first. Asked, because a text is being typed, because
// hands went on to something else before the answer came, or because the card isn't one in use.
import { defineStore } from 'pinia';
import { ref } from 'vue';
import type { ScannedCard } from '../../../shared/ipc/contract.ts';
import type { ScannerRules } from '../../../shared/ipc/desk.ts';
import { ask } from '../ask.ts';
import { useLook } from '../look.ts';
import { useNotices } from '../notices.ts';
import { useSession } from '../session.ts';
import { useWords } from '../words.ts';
import { marksCards, type Scanned } from './burst.ts';
import type { FieldBefore } from './field.ts';
import { listenForScans } from './scanner.ts';

type Found = ScannedCard & { scan: number };

export type ScanNews =
  /** `found` once it's known whose card it is. */
  | { kind: 'offer'; card: string; found?: Found }
  | { kind: 'notInUse'; card: string; found: Exclude<Found, { state: 'active' }> }
  | { kind: 'unknown'; card: string }
  | { kind: 'notACard' };

export const useScans = defineStore('scans', () => {
  const session = useSession();
  const look = useLook();
  const notices = useNotices();
  const { t } = useWords();
  const news = ref<ScanNews>();
  /** Grows with each key of a person; and the number of the last scan in this window. */
  let hands = 0;
  let last = 0;

  const rules = () => (look.covered ? undefined : look.rules?.scanner);
  const signedIn = () => session.status === 'signedIn';
  /** Where a password is asked for, a key that holds one types as quickly; but not digits alone, as cards have, nor marks. */
  const isScan = (scanned: Scanned, rules: ScannerRules) =>
    signedIn() || scanned.kind === 'other' || marksCards(rules) || /^\d+$/.test(scanned.number);

  function start(): () => void {
    return listenForScans({
      rules,
      isScan,
      onScan: (scanned, field) => void heard(scanned, field),
      onHands: () => hands++,
    });
  }

  async function heard(scanned: Scanned, field: FieldBefore): Promise<void> {
    last++;
    news.value = undefined;
    // Five cards of a queue, taken for passwords, would lock the account of whoever is asked for theirs.
    if (!signedIn()) return;
    if (scanned.kind === 'other') news.value = { kind: 'notACard' };
    else if (field.takesScan) {
      field.fill(scanned.number);
      notices.say(t('scan.filled'));
    } else if (field.beingTyped) news.value = { kind: 'offer', card: scanned.number };
    else await find(scanned.number, false);
  }

  /** `wanted`: staff said so; then nothing is asked again but for a card that isn't in use. */
  async function find(card: string, wanted: boolean): Promise<void> {
    const before = hands;
    const number = last;
    const answer = await ask('scan.find', { card });
    if (number !== last) return;
    if (!answer.ok) return notices.failed(answer.error);
    const { scan } = answer.value;
    const found = answer.value.found && { ...answer.value.found, scan };
    if (!found) news.value = { kind: 'unknown', card };
    else if (found.state !== 'active') news.value = { kind: 'notInUse', card, found };
    else if (!wanted && hands !== before) news.value = { kind: 'offer', card, found };
    else await open(found, wanted);
  }

  async function open({ scan }: Found, wanted: boolean): Promise<void> {
    const answer = await ask('scan.open', { scan, wanted });
    if (!answer.ok) notices.failed(answer.error);
  }

  /** Staff want the card that was offered. */
  async function accept(): Promise<void> {
    const offered = news.value;
    news.value = undefined;
    if (offered?.kind !== 'offer' && offered?.kind !== 'notInUse') return;
    if (offered.found) await open(offered.found, true);
    else await find(offered.card, true);
  }

  function dismiss(): void {
    news.value = undefined;
  }

  /** For whoever signs in next: an answer that is still on its way is theirs no more. */
  function forget(): void {
    last++;
    dismiss();
  }

  return { news, start, accept, dismiss, forget };
});
