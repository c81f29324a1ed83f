// The lists of a patron data file for people: loans, reservations, debts, and what else comes in rows.
import type { LongPart, PatronDataHead, RowOf, WaitingAct } from '../../../shared/patron-data/document.ts';
import { html, typed, type Html } from './html.ts';
import type { Language } from './language.ts';
import { processingColumns } from './processing.ts';
import { facts, list, listByTime, type Column, type Fact } from './tables.ts';
import { waitingColumns } from './waiting.ts';
import { filled } from './words.ts';

const titleOf = ({ title, author }: { title: string; author: string }): Html =>
  html`${typed(title)}${author === '' ? '' : html`<br /><span class="author">${typed(author)}</span>`}`;

/** Two of a kind in one cell: what a long list saves in cells, it saves in pages and in memory. */
const inLine = (first: string, second: string): Html =>
  second === '' ? typed(first) : html`${typed(first)} · ${typed(second)}`;

/** The newest rows of a long part, and how many there are; null where the file can't say. */
export type NewestRows = { [P in LongPart]: { rows: RowOf<P>[]; all: number } | null };

export interface Lists {
  head: PatronDataHead;
  newest: NewestRows;
  waiting: WaitingAct[];
  /** The file that holds all rows, where there is one. */
  jsonName: string | undefined;
}

export function lists({ head, newest, waiting, jsonName }: Lists, language: Language): Html {
  const { words, date, day, dayAndTime, money, count } = language;
  const { columns: name } = words;
  const headed = (heading: string, content: Html) =>
    html`<h2>${heading}</h2>
      ${content}`;

  const short = <T>(
    heading: string,
    rows: readonly T[] | null,
    columns: Column<T>[],
    none = words.none,
  ): Html =>
    headed(
      heading,
      rows === null
        ? html`<p>${words.notInFile}</p>`
        : rows.length === 0
          ? html`<p>${none}</p>`
          : list(columns, rows),
    );

  const long = <P extends LongPart>(
    part: P,
    timeOf: (row: RowOf<P>) => string,
    columns: Column<RowOf<P>>[],
    before: Html = html``,
  ) => {
    const found: { rows: RowOf<P>[]; all: number } | null = newest[part];
    if (!found || found.rows.length === 0) return short(words.lists[part], found && found.rows, columns);
    const { rows, all } = found;
    const rest = jsonName === undefined ? words.restElsewhere : filled(words.restInJson, { file: jsonName });
    const shown = filled(words.newest, { shown: count(rows.length), all: count(all), rest });
    return headed(
      words.lists[part],
      html`${before} ${rows.length < all ? html`<p class="notice">${shown}</p>` : ''}
      ${listByTime(columns, rows, timeOf, language)}`,
    );
  };

  return html`${[
    waiting.length === 0
      ? html``
      : headed(
          words.lists.waiting,
          html`<p>${words.waitingText}</p>
            ${list(waitingColumns(language), waiting)}`,
        ),
    short(
      words.lists.blocks,
      head.blocks,
      [
        { name: name.blockedAt, of: ({ blockedAt }) => dayAndTime(blockedAt), kind: 'short' },
        { name: name.comment, of: ({ comment }) => typed(comment) },
        {
          name: name.liftedAt,
          of: ({ liftedAt }) => (liftedAt ? dayAndTime(liftedAt) : words.inForce),
          kind: 'short',
        },
        { name: name.liftComment, of: ({ liftComment }) => typed(liftComment ?? '') },
        { name: name.keptUntil, of: ({ keptUntil }) => (keptUntil ? day(keptUntil) : ''), kind: 'short' },
      ],
      words.noBlocks,
    ),
    head.debtBlock
      ? html`<p>
          ${filled(words.debtBlock, { amount: money(head.debtBlock.amount), limit: money(head.debtBlock.limit) })}
        </p>`
      : html``,
    short(words.lists.loans, head.loans, [
      { name: name.title, of: titleOf },
      { name: name.item, of: ({ itemBarcode }) => typed(itemBarcode), kind: 'code' },
      { name: name.branch, of: ({ branch }) => typed(branch) },
      { name: name.loanedAt, of: ({ loanedAt }) => day(loanedAt), kind: 'short' },
      { name: name.dueAt, of: ({ dueAt }) => day(dueAt), kind: 'short' },
      { name: name.renewals, of: ({ renewals }) => count(renewals), kind: 'number' },
    ]),
    long('loanHistory', ({ returnedAt }) => returnedAt, [
      { name: name.title, of: ({ title, author }) => inLine(title, author) },
      { name: name.loanedAt, of: ({ loanedAt }) => day(loanedAt), kind: 'short' },
      { name: name.returnedAt, of: ({ returnedAt }) => day(returnedAt), kind: 'short' },
    ]),
    short(words.lists.reservations, head.reservations, [
      { name: name.title, of: titleOf },
      { name: name.pickupBranch, of: ({ pickupBranch }) => typed(pickupBranch) },
      { name: name.placedAt, of: ({ placedAt }) => day(placedAt), kind: 'short' },
      { name: name.state, of: ({ state }) => words.reservationStates[state] },
      {
        name: name.queuePosition,
        of: ({ queuePosition }) => (queuePosition === null ? '' : count(queuePosition)),
        kind: 'number',
      },
      { name: name.keptUntil, of: ({ keptUntil }) => (keptUntil ? date(keptUntil) : ''), kind: 'short' },
    ]),
    short(words.lists.debts, head.debts, [
      { name: name.description, of: ({ description }) => typed(description) },
      { name: name.kind, of: ({ kind }) => words.debtKinds[kind] },
      { name: name.createdAt, of: ({ createdAt }) => day(createdAt), kind: 'short' },
      { name: name.amount, of: ({ amount }) => money(amount), kind: 'number' },
    ]),
    long('payments', ({ paidAt }) => paidAt, [
      { name: name.description, of: ({ description }) => typed(description) },
      { name: name.paidAt, of: ({ paidAt }) => day(paidAt), kind: 'short' },
      { name: name.amount, of: ({ amount }) => money(amount), kind: 'number' },
    ]),
    long('notifications', ({ sentAt }) => sentAt, [
      { name: name.subject, of: ({ subject }) => typed(subject) },
      { name: name.kind, of: ({ kind }) => words.notificationKinds[kind] },
      { name: name.recipient, of: ({ channel, recipient }) => inLine(words.channels[channel], recipient) },
      {
        name: name.sentAt,
        of: ({ sentAt, state }) =>
          state === 'sent' ? dayAndTime(sentAt) : `${dayAndTime(sentAt)}, ${words.notificationStates[state]}`,
        kind: 'short',
      },
    ]),
    short(words.lists.agreements, head.agreements, [
      { name: name.kind, of: ({ kind }) => words.agreementKinds[kind] },
      { name: name.version, of: ({ version }) => typed(version) },
      { name: name.acceptedAt, of: ({ acceptedAt }) => dayAndTime(acceptedAt), kind: 'short' },
      {
        name: name.withdrawnAt,
        of: ({ withdrawnAt }) => (withdrawnAt ? dayAndTime(withdrawnAt) : ''),
        kind: 'short',
      },
    ]),
    short(words.lists.sources, head.sources, [
      { name: name.what, of: ({ what }) => typed(what) },
      { name: name.from, of: ({ from }) => typed(from) },
      { name: name.on, of: ({ on }) => date(on), kind: 'short' },
    ]),
    short(words.lists.failedSignIns, head.failedSignIns, [
      { name: name.cardNumber, of: ({ cardNumber }) => typed(cardNumber), kind: 'code' },
      { name: name.failures, of: ({ failures }) => count(failures), kind: 'number' },
      { name: name.lastAt, of: ({ lastAt }) => dayAndTime(lastAt), kind: 'short' },
      {
        name: name.lockedUntil,
        of: ({ lockedUntil }) => (lockedUntil ? dayAndTime(lockedUntil) : ''),
        kind: 'short',
      },
    ]),
    long('processing', ({ at }) => at, processingColumns(language), html`<p>${words.byStaff}</p>`),
    head.further === undefined || head.further.length === 0
      ? html``
      : headed(
          words.lists.further,
          html`<p>${words.furtherText}</p>
            ${facts(head.further.map(({ name, value }): Fact => [typed(name), typed(value)]))}`,
        ),
  ]}`;
}
