// The patron's own sign-in, with card number and PIN, as self-service machines and the web catalogue ask it.
import { granted, refused, type Outcome } from '../outcome.ts';
import type { Ports } from '../ports.ts';
import type { FailedSignIns } from '../sessions/failed-sign-ins.ts';
import { secretFits } from '../sessions/secrets.ts';
import type { Store } from '../store/store.ts';
import type { PatronRow, Records } from './record.ts';
import { cardKey } from './search-index.ts';
import { refusalReasons, serviceRefused, signInReasons } from './standing.ts';

/** There are no desks here: all failures at one card count together. */
const PLACE = { desk: 'patrons', known: true };

/** As whom failures at a card are remembered. */
export const whoseCard = (library: string, card: string) => `${library}/card/${cardKey(card)}`;

export async function patronSignIn(
  parts: {
    store: Store;
    ports: Ports;
    records: Records;
    failures: FailedSignIns;
    secretCost: number | undefined;
  },
  ask: { library: string; cardNumber: string; pin: string },
): Promise<Outcome<{ patronId: string }>> {
  const { store, ports, records, failures } = parts;
  const card = cardKey(ask.cardNumber);
  const who = whoseCard(ask.library, ask.cardNumber);
  const until = failures.lockedUntil(who, PLACE);
  if (until !== undefined) return refused('account-locked', { retryAt: new Date(until).toISOString() });
  const counted = failures.count(who, PLACE);
  const patron = store.row<PatronRow>(
    'SELECT patron.* FROM card JOIN patron ON patron.number = card.patron WHERE card.library = ? AND card.number = ?',
    ask.library,
    card,
  );
  const inUse =
    patron &&
    records
      .section(patron, 'card')
      .values.cards.some(({ number, state }) => cardKey(number) === card && state === 'active');
  const fits = await secretFits(ask.pin, patron?.pin ?? undefined, parts.secretCost);
  if (!patron || !inUse || !fits) {
    await ports.pause(counted > 2 ? 500 : 0);
    return refused('wrong-credentials');
  }
  failures.clear(who, PLACE);
  return serviceRefused(signInReasons(refusalReasons(records, patron))) ?? granted({ patronId: patron.id });
}
