// Our reference server behind the port CentralServer: sessions with refresh, acts with keys, marks of its history.
import type { ListOrder } from '../../../shared/patrons/list-order.ts';
import type {
  BelievedAnswer,
  EndpointName,
  EndpointRequest,
  GrantedAct,
  Session,
} from '../../../shared/central/contract.ts';
import { DESK_HEADER } from '../../../shared/central/endpoint.ts';
import { EVERYTHING } from '../../../shared/capabilities.ts';
import type { Clock } from '../../../shared/clock.ts';
import type { LongPart, RowOf } from '../../../shared/patron-data/document.ts';
import type { Requester } from '../../../shared/patron-data/requester.ts';
import type { LogEvent } from '../../cache/act.ts';
import type { PatronDataExport } from '../../patron-data/export.ts';
import { Failure, isFailure } from '../../support/failure.ts';
import {
  Barred,
  isSameStaff,
  type Act,
  type ActSender,
  type CentralServer,
  type CentralSession,
  type ChangesPage,
  type Credentials,
  type OutgoingAct,
  type SnapshotPage,
} from '../central-server.ts';
import { isBelievable } from '../server-time.ts';
import type { Transport } from '../transport.ts';
import { actHeaders, sendAct, type Ask } from './act-sender.ts';
import { ProblemAnswer, ReferenceHttp, type Told } from './http.ts';

/** So many acts a grant names; more of them wait for their author. */
const MOST_WAITING = 2_000;
/** Rows of a page of patron data: some 400 kB. */
const PATRON_DATA_PAGE = 2000;

export class ReferenceServer implements CentralServer {
  readonly address: string;
  readonly #http: ReferenceHttp;
  readonly #desk: string;
  readonly #clock: Clock;

  /** `desk` is this desk's id. */
  constructor(address: string, desk: string, transport: Transport, clock: Clock) {
    this.address = address;
    this.#desk = desk;
    this.#clock = clock;
    this.#http = new ReferenceHttp((request) =>
      transport({ ...request, headers: { [DESK_HEADER]: desk, ...request.headers } }),
    );
  }

  async libraries() {
    return (await this.#http.ask('describe', {})).libraries;
  }

  async marks() {
    return (await this.#http.askWithMarks('describe', {})).marks;
  }

  async signIn(credentials: Credentials): Promise<CentralSession> {
    const session = await this.#http.ask('signIn', { body: { ...credentials, desk: this.#desk } });
    if (session.library.id !== credentials.library)
      throw new Failure({ code: 'serverRubbish' }, 'another library');
    return new ReferenceSession(this.#http, this.#clock, session);
  }

  async resume(refreshToken: string): Promise<CentralSession> {
    const session = await unlessBarred(this.#http.ask('refresh', { body: { refreshToken } }));
    return new ReferenceSession(this.#http, this.#clock, session);
  }

  pushWith(grant: string): ActSender {
    const ask: Ask = (name, request, headers) =>
      unlessBarred(this.#http.ask(name, request, { ...headers, authorization: `Bearer ${grant}` }));
    return { send: (act) => sendAct(act, ask) };
  }
}

/** What only a former sign-in can ask for. */
async function unlessBarred<T>(asking: Promise<T>): Promise<T> {
  try {
    return await asking;
  } catch (thrown) {
    throw isFailure(thrown, 'accountLocked') ? new Barred(thrown) : thrown;
  }
}

class ReferenceSession implements CentralSession {
  readonly #http: ReferenceHttp;
  readonly #clock: Clock;
  #session: Session;
  #clockDistance: number;
  readonly capabilities = EVERYTHING;
  readonly view = '';
  #refreshing: Promise<void> | undefined;
  onRenewed: () => void = () => undefined;

  constructor(http: ReferenceHttp, clock: Clock, session: Session) {
    this.#http = http;
    this.#clock = clock;
    this.#session = session;
    this.#clockDistance = this.#measure(session);
  }

  get staff() {
    return this.#session.staff;
  }
  get library() {
    return this.#session.library;
  }
  get permissions() {
    return this.#session.permissions;
  }
  get resumeToken() {
    return this.#session.refreshToken;
  }
  get clockDistance() {
    return this.#clockDistance;
  }

  search(query: string, offset: number, limit: number, order: ListOrder = 'plain') {
    return this.#ask('search', { query: { query, by: 'words', offset, limit, order } });
  }

  async ownerOf(card: string) {
    const query = { query: card, by: 'card', offset: 0, limit: 1, order: 'plain' } as const;
    return (await this.#ask('search', { query })).patrons[0];
  }

  async patron(patronId: string, again: boolean) {
    const patron = await this.#ask('patron', { params: { patronId }, query: { again: again ? '1' : '0' } });
    return sameAs(patronId, patron);
  }

  async notifications(patronId: string) {
    return (await this.#ask('notifications', { params: { patronId } })).notifications;
  }

  async agreements(patronId: string) {
    return (await this.#ask('agreements', { params: { patronId } })).agreements;
  }

  send(act: OutgoingAct) {
    return sendAct(act, (name, request, headers) => this.#ask(name, request, headers));
  }

  async setPin(act: Act, epoch: string, patronId: string, pin: string) {
    await this.#act('setPin', act, epoch, { params: { patronId }, body: { pin } });
  }

  async deletePatron(act: Act, epoch: string, patronId: string, tag: string) {
    await this.#act('deletePatron', act, epoch, { params: { patronId } }, tag);
  }

  async exportPatronData(
    act: Act,
    epoch: string,
    patronId: string,
    requester: Requester,
  ): Promise<PatronDataExport> {
    const request = { params: { patronId }, body: { requester } };
    const { exportId, upTo, head, counts } = (await this.#act('exportPatronData', act, epoch, request))
      .answer;
    sameAs(patronId, head.patron);
    return {
      head,
      counts,
      page: async <P extends LongPart>(part: P, after: string | null) => {
        const params = { patronId, exportId, part };
        const query = { upTo, limit: PATRON_DATA_PAGE, ...(after !== null && { after }) };
        const page = await this.#ask('patronDataPart', { params, query });
        if (page.part !== part) throw new Failure({ code: 'serverRubbish' }, 'another part');
        return { rows: page.rows as RowOf<P>[], next: page.next };
      },
    };
  }

  async snapshot(after: string | null, limit: number): Promise<SnapshotPage> {
    const query = { limit, ...(after !== null && { after }) };
    const page = await this.#ask('snapshot', { query });
    return { ...page, patrons: noMoreThan(limit, page.patrons) };
  }

  async changes(position: number, epoch: string, limit: number): Promise<ChangesPage> {
    try {
      const page = await this.#ask('changes', { query: { after: position, epoch, limit } });
      const { more, head, durable } = page;
      const changes = noMoreThan(limit, page.changes);
      const marks = { epoch: page.epoch, head, durable };
      return { kind: 'changes', marks, position: page.position, changes, more, unseen: 0 };
    } catch (thrown) {
      const name = thrown instanceof ProblemAnswer ? thrown.problemName : undefined;
      if (name === 'other-epoch' || name === 'cursor-too-old' || name === 'cursor-unknown')
        return { kind: 'fillAnew' };
      throw thrown;
    }
  }

  async logEvents(act: Act, epoch: string, events: readonly LogEvent[]) {
    const own = this.staff.id;
    const body = {
      events: events.map(({ id, kind, patronId, at, staff, requester }) => ({
        ...{ id, kind, patronId, at },
        ...(requester !== undefined && { requester }),
        // Staff who have left leave theirs to whoever works here now.
        ...(staff.id !== own && { staff: staff.id }),
      })),
    };
    return (await this.#act('logEvents', act, epoch, { body })).marks;
  }

  async end(waitingActs: readonly GrantedAct[]) {
    const body = { waitingActs: waitingActs.slice(0, MOST_WAITING) };
    return (await this.#ask('signOut', { body })).pushGrant;
  }

  async #ask<N extends EndpointName>(
    name: N,
    request: EndpointRequest<N>,
    headers: Record<string, string> = {},
  ): Promise<BelievedAnswer<N>> {
    return (await this.#askWithMarks(name, request, headers)).answer;
  }

  async #askWithMarks<N extends EndpointName>(
    name: N,
    request: EndpointRequest<N>,
    headers: Record<string, string> = {},
  ): Promise<Told<N>> {
    const token = this.#session.accessToken;
    const ask = () =>
      this.#http.askWithMarks(name, request, {
        ...headers,
        authorization: `Bearer ${this.#session.accessToken}`,
      });
    try {
      return await ask();
    } catch (thrown) {
      // Another request may have refreshed while this one was on its way.
      const isNews = token === this.#session.accessToken;
      // A permission was withdrawn: the desk learns so now, not with its next token: behind a cut line it gets none.
      const { permission } = isFailure(thrown, 'notPermitted') ? thrown.error : {};
      if (isNews && this.permissions.some((one) => one === permission))
        await this.#refresh().catch(() => undefined);
      if (!isFailure(thrown, 'signedOut')) throw thrown;
      if (isNews) await this.#refresh();
      return ask();
    }
  }

  /** The server knows the act's key, so that a repeat after a lost answer has no second effect. */
  async #act<N extends EndpointName>(
    name: N,
    act: Act,
    epoch: string,
    request: EndpointRequest<N>,
    tag: string | null = null,
  ): Promise<Told<N>> {
    const send = () => this.#askWithMarks(name, request, actHeaders(act, epoch, tag));
    try {
      return await send();
    } catch (thrown) {
      if (!isFailure(thrown, 'serverAway', 'serverSlow')) throw thrown;
      return send();
    }
  }

  /** One refresh at a time: a refresh token is good for one use. */
  #refresh(): Promise<void> {
    const { refreshToken } = this.#session;
    this.#refreshing ??= unlessBarred(this.#http.ask('refresh', { body: { refreshToken } }))
      .then((session) => {
        if (!isSameStaff(session, this)) throw new Failure({ code: 'serverRubbish' }, 'another session');
        this.#session = session;
        this.#clockDistance = this.#measure(session);
        this.onRenewed();
      })
      .finally(() => {
        this.#refreshing = undefined;
      });
    return this.#refreshing;
  }

  /** With nonsense, this computer's clock has to do. */
  #measure({ serverTime }: Session): number {
    const said = Date.parse(serverTime);
    return isBelievable(said) ? Math.round(said - this.#clock.now()) : 0;
  }
}

/** What answers with another patron would have that one shown, and their data handed over. */
function sameAs<T extends { id: string }>(patronId: string, answered: T): T {
  if (answered.id !== patronId.toLowerCase()) throw new Failure({ code: 'serverRubbish' }, 'another patron');
  return answered;
}

/** Each row of a page takes the store's thread a moment: so many are asked for as it can do without being missed. */
function noMoreThan<T>(limit: number, rows: T[]): T[] {
  if (rows.length > limit) throw new Failure({ code: 'serverRubbish' }, 'more than asked for');
  return rows;
}
