// Reads patrons from Koha: many at a time with few requests, or one with everything that belongs to it.
import { dayIn, type Clock } from '../../../shared/clock.ts';
import type { Library } from '../../../shared/library.ts';
import type { Patron } from '../../../shared/patrons/patron.ts';
import { Failure } from '../../support/failure.ts';
import { own, type KohaApi, type KohaPage, type Query } from './api.ts';
import type { KohaDescription } from './description.ts';
import type { KohaAnswer } from './http.ts';
import { patronOf, type PatronParts, type Surroundings } from './patron.ts';
import {
  accountSchema,
  checkoutSchema,
  holdSchema,
  kohaPatronSchema,
  type KohaAccount,
  type KohaCheckout,
  type KohaHold,
  type KohaPatron,
} from './records.ts';
import { isRefusal } from './refusals.ts';
import type { Titles } from './titles.ts';

/** What an account at Koha may read, beside patrons themselves. */
export interface ReadRights {
  loans: boolean;
  /** Of many patrons at once; one patron's can be read by whoever may read patrons. */
  holds: boolean;
  debts: boolean;
  titles: boolean;
}

export interface ReadsParts {
  api: KohaApi;
  description: KohaDescription;
  titles: Titles;
  around: Surroundings;
  rights: ReadRights;
  clock: Clock;
}

const EMBEDS = ['extended_attributes', 'account_balance', 'checkouts+count'];
/** One by one costs a request each; for more the copy goes without, until such a patron is opened. */
const ONE_BY_ONE = 10;

export class KohaReads {
  readonly #parts: ReadsParts;

  constructor(parts: ReadsParts) {
    this.#parts = parts;
  }

  get library(): Library {
    return this.#parts.around.library;
  }

  /** At the library. */
  get today(): string {
    return dayIn(this.#parts.clock, this.library.timeZone);
  }

  /** A page of records with what lists can embed. */
  async records(
    q: Query,
    order: readonly string[],
    perPage: number,
    page = 1,
  ): Promise<KohaPage<KohaPatron>> {
    const embed = this.#embeds();
    const request = { q, order, perPage, page, embed };
    const answer = await this.#parts.api.list('/patrons', kohaPatronSchema, request);
    holdsAll(embed, answer.value);
    return answer;
  }

  /** The same without anything embedded, which costs the server least. */
  bare(q: Query, order: readonly string[], perPage: number, page = 1): Promise<KohaPage<KohaPatron>> {
    return this.#parts.api.list('/patrons', kohaPatronSchema, { q, order, perPage, page });
  }

  /** Those that are there and visible, whole. */
  async byNumbers(numbers: readonly number[]): Promise<Patron[]> {
    return numbers.length === 0 ? [] : this.whole(await this.#those(numbers, this.#embeds()));
  }

  /** Of these the numbers of those who are there and visible. */
  async numbersOf(numbers: readonly number[]): Promise<number[]> {
    return numbersOf(await this.#those(numbers, []));
  }

  async #those(numbers: readonly number[], embed: readonly string[]): Promise<KohaPatron[]> {
    const [q, order] = [{ [own('patron_id')]: numbers }, [own('patron_id')]];
    const records = await this.#parts.api.every('/patrons', kohaPatronSchema, { q, order, embed });
    holdsAll(embed, records);
    return records;
  }

  #embeds(): string[] {
    return this.#parts.description.embeds('/patrons', EMBEDS);
  }

  /** Makes records whole with the fewest requests. */
  async whole(records: readonly KohaPatron[]): Promise<Patron[]> {
    if (records.length === 0) return [];
    const { rights } = this.#parts;
    const borrowing = records.filter(({ checkouts_count }) => checkouts_count !== 0);
    const owing = records.filter(({ account_balance }) => account_balance !== 0);
    const [checkouts, holds, accounts] = await Promise.all([
      rights.loans ? this.#checkouts(numbersOf(borrowing)) : [],
      this.#holds(numbersOf(records)),
      rights.debts ? this.#accounts(numbersOf(owing)) : new Map<number, KohaAccount>(),
    ]);
    const toParts = await this.#titled(checkouts, holds);
    return records.map((record) => this.#compose(toParts(record, accounts.get(record.patron_id) ?? null)));
  }

  /** Records as lists tell of them: without loans, holds and debts one by one. */
  asListed(records: readonly KohaPatron[]): Patron[] {
    const untitled = { title: '', author: '', barcode: '' };
    return records.map((record) =>
      this.#compose({
        ...{ record, checkouts: [], holds: [], account: null },
        itemOf: () => untitled,
        titleOf: () => untitled,
      }),
    );
  }

  /**
   * One patron's record as it is now. Fails with `patronUnseen` where there is none for this account. What answers with
   * another's would have that one shown, blocked and changed.
   */
  async record(number: number): Promise<KohaAnswer<KohaPatron>> {
    const { api, description } = this.#parts;
    const embed = description.embeds('/patrons/{patron_id}', ['extended_attributes']);
    const answer = await api.one(`/patrons/${number}`, kohaPatronSchema, embed);
    if (answer.value.patron_id !== number) throw new Failure({ code: 'serverRubbish' }, 'another patron');
    holdsAll(embed, [answer.value]);
    return answer;
  }

  /** One patron with everything, whatever the lists say of loans and balance. */
  async one(number: number): Promise<{ patron: Patron; parts: PatronParts }> {
    const { rights } = this.#parts;
    const [{ value: record }, checkouts, holds, account] = await Promise.all([
      this.record(number),
      rights.loans ? this.#checkouts([number]) : [],
      this.holdsOf(number),
      rights.debts ? this.#account(number) : null,
    ]);
    const parts = (await this.#titled(checkouts, holds))(record, account);
    return { patron: this.#compose(parts), parts };
  }

  /** Loans of before, the latest first. */
  async formerCheckouts(number: number): Promise<KohaCheckout[]> {
    const { api } = this.#parts;
    const rows = await api.every('/checkouts', checkoutSchema, {
      further: { patron_id: number, checked_in: 1 },
    });
    return ofPatron({ patron_id: number }, rows, ({ checkout_id }) => checkout_id);
  }

  async titlesOf(checkouts: readonly KohaCheckout[]): Promise<PatronParts['itemOf']> {
    const { api, titles, rights } = this.#parts;
    return titles.ofItems(
      api,
      checkouts.flatMap(({ item_id }) => (rights.titles && item_id) || []),
    );
  }

  async holdsOf(number: number): Promise<KohaHold[]> {
    const { api, description } = this.#parts;
    const own = '/patrons/{patron_id}/holds';
    return description.has('get', own)
      ? api.every(`/patrons/${number}/holds`, holdSchema, {})
      : api.every('/holds', holdSchema, { further: { patron_id: number } });
  }

  async #titled(checkouts: readonly KohaCheckout[], holds: readonly KohaHold[]) {
    const { api, titles, rights } = this.#parts;
    const [itemOf, titleOf] = await Promise.all([
      this.titlesOf(checkouts),
      titles.ofTitles(
        api,
        holds.flatMap(({ biblio_id }) => (rights.titles && biblio_id) || []),
      ),
    ]);
    return (record: KohaPatron, account: KohaAccount | null): PatronParts => ({
      ...{ record, account, itemOf, titleOf },
      checkouts: ofPatron(record, checkouts, ({ checkout_id }) => checkout_id),
      holds: ofPatron(record, holds, ({ hold_id }) => hold_id),
    });
  }

  #compose(parts: PatronParts): Patron {
    return patronOf(parts, this.#parts.around, this.today);
  }

  async #checkouts(numbers: readonly number[]): Promise<KohaCheckout[]> {
    const { api } = this.#parts;
    const [first, ...others] = numbers;
    if (first === undefined) return [];
    if (others.length === 0)
      return api.every('/checkouts', checkoutSchema, { further: { patron_id: first } });
    return api.every('/checkouts', checkoutSchema, { q: { [own('patron_id')]: numbers } });
  }

  async #holds(numbers: readonly number[]): Promise<KohaHold[]> {
    const { api, rights } = this.#parts;
    if (numbers.length === 1 || (!rights.holds && numbers.length <= ONE_BY_ONE))
      return (await Promise.all(numbers.map((number) => this.holdsOf(number)))).flat();
    if (!rights.holds) return [];
    const q = { [own('patron_id')]: numbers };
    return api.every('/holds', holdSchema, { q });
  }

  async #accounts(numbers: readonly number[]): Promise<Map<number, KohaAccount>> {
    const read = await Promise.all(
      numbers.map(async (number) => {
        // Whoever was deleted a moment ago has no account any more.
        const account = await this.#account(number).catch((thrown: unknown) => {
          if (!isRefusal(thrown, 404)) throw thrown;
          return null;
        });
        return account ? [[number, account] as const] : [];
      }),
    );
    return new Map(read.flat());
  }

  /** One with a line of another patron's is that one's, its balance too. */
  async #account(number: number): Promise<KohaAccount> {
    const { value } = await this.#parts.api.one(`/patrons/${number}/account`, accountSchema);
    const lines = [value.outstanding_debits, value.outstanding_credits].flatMap((part) => part?.lines ?? []);
    if (lines.some(({ patron_id }) => (patron_id ?? number) !== number))
      throw new Failure({ code: 'serverRubbish' }, 'another patron');
    return value;
  }
}

/** The header may get lost on the way: a patron who comes without blocks then is not one who has none. */
function holdsAll(embed: readonly string[], records: readonly KohaPatron[]): void {
  const missing = embed.filter((one) =>
    records.some((record) => record[one.replace('+', '_')] === undefined),
  );
  if (missing.length > 0)
    throw new Failure({ code: 'serverRubbish' }, `x-koha-embed without effect: ${missing.join(', ')}`);
}

const numbersOf = (records: readonly KohaPatron[]) => records.map(({ patron_id }) => patron_id);

/** Each once: what a list told of between two of its pages may have moved from the one to the other. */
function ofPatron<T extends { patron_id: number }>(
  { patron_id }: Pick<KohaPatron, 'patron_id'>,
  rows: readonly T[],
  numberOf: (row: T) => number,
): T[] {
  const own = rows.filter((row) => row.patron_id === patron_id).map((row) => [numberOf(row), row] as const);
  return [...new Map(own).values()].sort((a, b) => numberOf(a) - numberOf(b));
}
