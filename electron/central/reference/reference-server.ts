// Our reference server behind the port CentralServer: sessions with refresh, acts with keys, stale tags.
import {
  type EndpointAnswer,
  type EndpointName,
  type EndpointRequest,
  type Session,
} from '../../../shared/central/contract.ts';
import { ACT_HEADERS } from '../../../shared/central/endpoint.ts';
import type { FieldValues, SectionId } from '../../../shared/patrons/sections.ts';
import type { LongPart, RowOf } from '../../../shared/patron-data/document.ts';
import type { Requester } from '../../../shared/patron-data/requester.ts';
import type { PatronDataExport } from '../../patron-data/export.ts';
import { Failure, isFailure } from '../../support/failure.ts';
import type { Act, CentralServer, CentralSession, Credentials } from '../central-server.ts';
import { ProblemAnswer, ReferenceHttp, type Fetch } from './http.ts';

/** Rows of a page of patron data: some 400 kB. */
const PATRON_DATA_PAGE = 2000;

export class ReferenceServer implements CentralServer {
  readonly address: string;
  readonly #http: ReferenceHttp;
  readonly #desk: string;

  /** `desk` is this desk's id; `onReachable` hears after each request whether the server was there. */
  constructor(address: string, desk: string, fetch: Fetch, onReachable: (reachable: boolean) => void) {
    this.address = address;
    this.#desk = desk;
    this.#http = new ReferenceHttp(address, fetch, onReachable);
  }

  async libraries() {
    return (await this.#http.ask('describe', {})).libraries;
  }

  async signIn(credentials: Credentials): Promise<CentralSession> {
    const session = await this.#http.ask('signIn', { body: { ...credentials, desk: this.#desk } });
    return new ReferenceSession(this.#http, session);
  }
}

class ReferenceSession implements CentralSession {
  readonly #http: ReferenceHttp;
  #session: Session;
  #refreshing: Promise<void> | undefined;

  constructor(http: ReferenceHttp, session: Session) {
    this.#http = http;
    this.#session = session;
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

  search(query: string, offset: number, limit: number) {
    return this.#ask('search', { query: { query, offset, limit } });
  }

  patron(patronId: string) {
    return this.#ask('patron', { params: { patronId } });
  }

  async notifications(patronId: string) {
    return (await this.#ask('notifications', { params: { patronId } })).notifications;
  }

  async agreements(patronId: string) {
    return (await this.#ask('agreements', { params: { patronId } })).agreements;
  }

  async saveSection(act: Act, patronId: string, section: SectionId, tag: string, changes: FieldValues) {
    try {
      const request = { params: { patronId, section }, body: { changes } };
      return { saved: (await this.#act('saveSection', act, request, tag)).value };
    } catch (thrown) {
      const current =
        thrown instanceof ProblemAnswer && thrown.problemName === 'stale-tag' && thrown.problem.current;
      if (current) return { current };
      throw thrown;
    }
  }

  async setPin(act: Act, patronId: string, pin: string) {
    await this.#act('setPin', act, { params: { patronId }, body: { pin } });
  }

  async block(act: Act, patronId: string, block: { id: string; comment: string }) {
    await this.#act('block', act, { params: { patronId }, body: block });
  }

  async unblock(act: Act, patronId: string, blocks: string[], comment: string) {
    await this.#act('unblock', act, { params: { patronId }, body: { blocks, comment } });
  }

  async deletePatron(act: Act, patronId: string, tag: string) {
    await this.#act('deletePatron', act, { params: { patronId } }, tag);
  }

  async exportPatronData(act: Act, patronId: string, requester: Requester): Promise<PatronDataExport> {
    const request = { params: { patronId }, body: { requester } };
    const { exportId, upTo, head, counts } = await this.#act('exportPatronData', act, request);
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

  async end() {
    await this.#ask('signOut', { body: { waitingActs: [] } });
  }

  async #ask<N extends EndpointName>(
    name: N,
    request: EndpointRequest<N>,
    headers: Record<string, string> = {},
  ): Promise<EndpointAnswer<N>> {
    const token = this.#session.accessToken;
    const ask = () =>
      this.#http.ask(name, request, { ...headers, authorization: `Bearer ${this.#session.accessToken}` });
    try {
      return await ask();
    } catch (thrown) {
      if (!isFailure(thrown, 'signedOut')) throw thrown;
      // Another request may have refreshed while this one was on its way.
      if (token === this.#session.accessToken) await this.#refresh();
      return ask();
    }
  }

  /**
   * Sends an act. The server knows its key, so a repeat has no second effect: after a lost answer the same
   * attempt goes out once more. An act that stays unanswered is the caller's to repeat under the same key.
   */
  async #act<N extends EndpointName>(
    name: N,
    act: Act,
    request: EndpointRequest<N>,
    tag?: string,
  ): Promise<EndpointAnswer<N>> {
    const send = () =>
      this.#ask(name, request, {
        [ACT_HEADERS.key]: act.key,
        [ACT_HEADERS.act]: act.id,
        [ACT_HEADERS.actedAt]: act.at,
        [ACT_HEADERS.epoch]: this.#session.epoch,
        ...(tag !== undefined && { 'if-match': `"${tag}"` }),
      });
    try {
      return await send();
    } catch (thrown) {
      if (!isFailure(thrown, 'serverAway', 'serverSlow')) throw thrown;
      return send();
    }
  }

  /** One refresh at a time: a refresh token is good for one use. */
  #refresh(): Promise<void> {
    this.#refreshing ??= this.#http
      .ask('refresh', { body: { refreshToken: this.#session.refreshToken } })
      .then((session) => {
        this.#session = session;
      })
      .finally(() => {
        this.#refreshing = undefined;
      });
    return this.#refreshing;
  }
}
