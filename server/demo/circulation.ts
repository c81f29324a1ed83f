// What made-up patrons have borrowed, reserved, owe and were sent.
import { addLoan, addPastLoan } from '../circulation.ts';
import type { PatronRow } from '../patrons/record.ts';
import type { AllSections } from '../patrons/writing.ts';
import type { Store } from '../store/store.ts';
import { book } from './books.ts';
import type { Days } from './days.ts';
import type { DemoLibrary } from './libraries.ts';
import type { Luck } from './luck.ts';

export interface Scene {
  store: Store;
  luck: Luck;
  days: Days;
  library: DemoLibrary;
  staffName: string;
}

type Branches = readonly [{ id: string }, ...{ id: string }[]];

export function lendTo(
  { store, luck, days, library }: Scene,
  patron: PatronRow,
  sections: AllSections,
): void {
  const branch = () => luck.pick(library.branches as unknown as Branches).id;
  if (luck.chance(0.45)) {
    const late = luck.chance(0.25);
    for (let n = luck.between(1, 6); n > 0; n--) {
      const loaned = luck.between(1, 27) + (late ? 30 : 0);
      const loanedAt = days.time(-loaned);
      const dueAt = days.end(28 - loaned);
      const renewals = luck.between(0, 2);
      addLoan(store, patron, {
        id: luck.id(loanedAt),
        ...book(luck),
        branch: branch(),
        loanedAt,
        dueAt,
        renewals,
      });
    }
  }
  if (luck.chance(0.2))
    for (let n = luck.between(1, 3); n > 0; n--) reserve(store, luck, days, patron, branch());
  if (!sections.preferences.keepLoanHistory) return;
  for (let n = luck.between(0, 8); n > 0; n--) {
    const returned = luck.between(30, 700);
    addPastLoan(store, patron, { ...book(luck), loanedAt: days.time(-returned - 20) }, days.time(-returned));
  }
}

function reserve(store: Store, luck: Luck, days: Days, patron: PatronRow, branch: string): void {
  const placedAt = days.ago(1, 60);
  const state = luck.pick(['waiting', 'waiting', 'inTransit', 'ready']);
  const { title, author } = book(luck);
  store.run(
    `INSERT INTO reservation (id, patron, title, author, pickup_branch, placed_at, state, queue_position, kept_until)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    luck.id(placedAt),
    patron.number,
    title,
    author,
    branch,
    placedAt,
    state,
    state === 'waiting' ? luck.between(1, 12) : null,
    state === 'ready' ? days.date(luck.between(1, 7)) : null,
  );
}

export function charge({ store, luck, days, library }: Scene, patron: PatronRow): void {
  if (luck.chance(0.1))
    store.run(
      'INSERT INTO payment (patron, paid_at, amount, description) VALUES (?, ?, ?, ?)',
      patron.number,
      days.ago(5, 500),
      luck.between(2, 30) * 500,
      book(luck).title,
    );
  if (!luck.chance(0.12)) return;
  const heavy = luck.chance(0.3);
  for (let n = luck.between(1, 3); n > 0; n--) {
    const createdAt = days.ago(2, 400);
    const kind = luck.pick(heavy ? ['lost', 'damaged'] : ['overdue', 'overdue', 'reservation', 'card']);
    const amount = heavy ? Math.ceil(library.rules.debtLimit / 2 / n) + n * 2500 : luck.between(2, 12) * 500;
    store.run(
      'INSERT INTO debt (id, patron, kind, description, amount, created_at) VALUES (?, ?, ?, ?, ?, ?)',
      luck.id(createdAt),
      patron.number,
      kind,
      kind === 'card' ? 'New card' : book(luck).title,
      amount,
      createdAt,
    );
  }
}
