// A colleague at a desk that is always well: speaks to the server directly, edits, registers, deletes and lends, and
// so changes what others are about to change.
import { v7 } from 'uuid';
import type { HttpAnswer } from '../../electron/central/transport.ts';
import type { Luck } from '../../server/demo/luck.ts';
import { endpoints, type EndpointName, type Session } from '../../shared/central/contract.ts';
import { ACT_HEADERS, DESK_HEADER } from '../../shared/central/endpoint.ts';
import type { Patron } from '../../shared/patrons/patron.ts';
import type { FieldValues, SectionId } from '../../shared/patrons/sections.ts';
import type { Weather } from './faults.ts';
import type { ServerSite } from './server-site.ts';
import { ELSEWHERE, PASSWORD } from './templates.ts';
import type { VirtualTime } from './time.ts';
import type { Timeline } from './timeline.ts';
import type { Typing } from './typing.ts';

export interface ColleagueParts {
  server: ServerSite;
  time: VirtualTime;
  luck: Luck;
  typing: Typing;
  timeline: Timeline;
  weather: Weather;
}

const DESK = '0190a000-0000-4000-8000-00000000c0de';

export class Colleague {
  readonly #parts: ColleagueParts;
  #session: Session | undefined;

  constructor(parts: ColleagueParts) {
    this.#parts = parts;
  }

  /** One thing that happens to the library's patrons elsewhere. */
  async does(): Promise<void> {
    const { luck, timeline, typing } = this.#parts;
    const patron = typing.whom(timeline.patrons('north'));
    if (!patron) return;
    const what = luck.pick(['edit', 'edit', 'edit', 'lend', 'debt', 'block', 'unblock'] as const);
    if (what === 'edit') await this.#edit(patron);
    if (what === 'lend') await this.#lend(patron);
    if (what === 'debt')
      await this.#act('addDebt', patron, { ...this.#id(), kind: 'other', description: 'Copy', amount: 100 });
    if (what === 'block')
      await this.#act('block', patron, { ...this.#id(), comment: this.#parts.typing.comment() });
    if (what === 'unblock' && patron.blocks[0])
      await this.#act('unblock', patron, {
        blocks: [patron.blocks[0].id],
        comment: this.#parts.typing.comment(),
      });
  }

  /** Deletes somebody, and now and then registers the same person anew. */
  async deletes(): Promise<void> {
    const { luck, timeline, weather } = this.#parts;
    const free = timeline.patrons('north').filter((one) => isFree(one));
    const patron = free[luck.between(0, free.length - 1)];
    if (!patron || free.length < 3) return;
    const deleted = await this.#act('deletePatron', patron, undefined, { 'if-match': `"${patron.tag}"` });
    if (deleted?.status !== 200) return;
    weather.happened('patronDeleted', ['deletePatron']);
    if (luck.chance(weather.chance('patronRecreated'))) await this.registers(patron);
  }

  async registers(like: Patron): Promise<void> {
    const { luck, time, weather } = this.#parts;
    const { personal, card } = like.sections;
    const body = {
      id: luck.id(new Date(time.now()).toISOString()),
      sections: { personal: personal.values, card: card.values },
    };
    const answer = await this.#ask('createPatron', { body });
    if (answer?.status === 201) weather.happened('patronRecreated', ['createPatron']);
  }

  async #edit(patron: Patron): Promise<void> {
    const { typing } = this.#parts;
    const section: SectionId = typing.section();
    await this.saveSection(patron, section, typing.changes(section));
  }

  saveSection(patron: Patron, section: SectionId, changes: FieldValues) {
    const headers = { 'if-match': `"${patron.sections[section].tag}"` };
    return this.#ask('saveSection', { params: { patronId: patron.id, section }, body: { changes } }, headers);
  }

  #lend(patron: Patron) {
    const loan = patron.loans[0];
    if (loan) return this.#ask('returnLoan', { params: { patronId: patron.id, loanId: loan.id } });
    const dueAt = new Date(this.#parts.time.now() + 86_400_000).toISOString();
    const book = { title: 'Atlas', author: 'Ek', itemBarcode: 'b1', dueAt };
    return this.#act('lend', patron, { ...this.#id(), ...book });
  }

  #id() {
    const { luck, time } = this.#parts;
    return { id: luck.id(new Date(time.now()).toISOString()) };
  }

  #act(name: EndpointName, patron: Patron, body: unknown, headers: Record<string, string> = {}) {
    return this.#ask(name, { params: { patronId: patron.id }, body }, headers);
  }

  async #ask(
    name: EndpointName,
    request: { params?: Record<string, string>; body: unknown } | { params: Record<string, string> },
    headers: Record<string, string> = {},
  ): Promise<HttpAnswer | undefined> {
    const { server, luck, time } = this.#parts;
    this.#session ??= await this.#signIn();
    if (!this.#session || !server.central) return undefined;
    const id = () => v7({ msecs: time.now(), random: luck.bytes(16) });
    const act = endpoints[name].auth === 'act';
    const answer = await server.ask({
      name,
      call: {
        ...{ params: {}, query: {}, body: undefined, ...request },
        headers: {
          authorization: `Bearer ${this.#session.accessToken}`,
          [DESK_HEADER]: DESK,
          ...(act && {
            [ACT_HEADERS.key]: id(),
            [ACT_HEADERS.act]: id(),
            [ACT_HEADERS.epoch]: server.central.marks().epoch,
            [ACT_HEADERS.actedAt]: new Date(time.now()).toISOString(),
          }),
          ...headers,
        },
      },
    });
    if (answer?.status === 401) this.#session = undefined;
    return answer;
  }

  async #signIn(): Promise<Session | undefined> {
    const body = { library: 'north', username: ELSEWHERE, password: PASSWORD, desk: DESK };
    const answer = await this.#parts.server.ask({
      name: 'signIn',
      call: { params: {}, query: {}, headers: {}, body },
    });
    return answer?.status === 201 ? (JSON.parse(answer.body) as Session) : undefined;
  }
}

const isFree = ({ loans, reservations, debts, guarantorFor }: Patron) =>
  loans.length + reservations.length + debts.length + guarantorFor.length === 0;
