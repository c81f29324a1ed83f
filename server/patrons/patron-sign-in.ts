// The patron's own sign-in, with card number and PIN, as self-service machines and the web catalogue ask it.
import { granted, refused, type Outcome } from '../outcome.ts';
import type { Ports } from '../ports.ts';
import { secretFits } from '../sessions/secrets.ts';
import type { Store } from '../store/store.ts';
import { whoseCard, type FailedPins } from './failed-pins.ts';
import type { PatronRow, Records } from './record.ts';
import { cardKey } from './search-index.ts';
import { refusalReasons, serviceRefused, signInReasons } from './standing.ts';

export async function patronSignIn(
  parts: {
    store: Store;
    ports: Ports;
    records: Records;
    failedPins: FailedPins;
    secretCost: number | undefined;
  },
  ask: { library: string; cardNumber: string; pin: string },
): Promise<Outcome<{ patronId: string }>> {
  const { store, ports, records, failedPins } = parts;
  const card = cardKey(ask.cardNumber);
  const look = () => {
    const patron = store.row<PatronRow>(
      'SELECT patron.* FROM card JOIN patron ON patron.number = card.patron WHERE card.library = ? AND card.number = ?',
      ask.library,
      card,
    );
    const usable = patron
      ? records.section(patron, 'card').values.cards.filter(({ state }) => state === 'active')
      : [];
    return { patron, usable, inUse: usable.some(({ number }) => cardKey(number) === card) };
  };
  const before = look();
  const { usable } = before;
  // Whoever found a card that its patron reported lost locks that one only.
  const tried = before.inUse ? usable.map(({ number }) => number) : [ask.cardNumber];
  const together = tried.map((number) => whoseCard(ask.library, number));
  const until = failedPins.lockedUntil(together);
  if (until !== undefined) return refused('account-locked', { retryAt: new Date(until).toISOString() });
  const counted = failedPins.count(together);
  const pin = before.patron?.pin ?? undefined;
  const fits = await secretFits(ask.pin, pin, parts.secretCost);
  // The card may have been reported lost, or got a new PIN, while this one was tried.
  const { patron, inUse } = look();
  if (!patron || !before.inUse || !inUse || !fits || patron.pin !== pin) {
    await ports.pause(counted > 2 ? 500 : 0);
    return refused('wrong-credentials');
  }
  failedPins.clear(together);
  return serviceRefused(signInReasons(refusalReasons(records, patron))) ?? granted({ patronId: patron.id });
}
