// A colleague at another desk, for tests: speaks to the central server directly, and sees what is true there.
import { v7 } from 'uuid';
import type { DemoAccount } from '../../build/reference-server.ts';
import { sessionSchema, type Session } from '../../shared/central/contract.ts';
import { ACT_HEADERS } from '../../shared/central/endpoint.ts';
import type { Patron, Standing } from '../../shared/patrons/patron.ts';
import type { SectionId, TaggedValues } from '../../shared/patrons/sections.ts';

export interface AuditEntry {
  kind: string;
  at: string;
  staff: string;
}

export class Central {
  readonly session: Session;
  readonly #url: string;

  private constructor(url: string, session: Session) {
    this.#url = url;
    this.session = session;
  }

  static async signIn(url: string, account: DemoAccount): Promise<Central> {
    const { library, username, password } = account;
    const answer = await fetch(new URL('/sessions', url), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ library, username, password, desk: crypto.randomUUID() }),
    });
    return new Central(url, sessionSchema.parse(await answer.json()));
  }

  /** Any request; the answer as it came. */
  ask(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Response> {
    return fetch(new URL(path, this.#url), {
      method,
      headers: {
        authorization: `Bearer ${this.session.accessToken}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  }

  async get<T>(path: string): Promise<T> {
    const answer = await this.ask('GET', path);
    if (!answer.ok) throw new Error(`GET ${path} answered ${answer.status}`);
    return (await answer.json()) as T;
  }

  /** An act of its own id and key. */
  act(method: string, path: string, body?: unknown, tag?: string): Promise<Response> {
    return this.ask(method, path, body, {
      [ACT_HEADERS.key]: v7(),
      [ACT_HEADERS.act]: v7(),
      [ACT_HEADERS.actedAt]: new Date().toISOString(),
      [ACT_HEADERS.epoch]: this.session.epoch,
      ...(tag !== undefined && { 'if-match': `"${tag}"` }),
    });
  }

  patron(patronId: string): Promise<Patron> {
    return this.get(`/patrons/${patronId}`);
  }

  standing(patronId: string): Promise<Standing> {
    return this.get(`/patrons/${patronId}/standing`);
  }

  async audit(patronId: string): Promise<AuditEntry[]> {
    return (await this.get<{ entries: AuditEntry[] }>(`/patrons/${patronId}/audit`)).entries;
  }

  /** Every patron of the library. */
  async patrons(): Promise<Patron[]> {
    return (await this.get<{ patrons: Patron[] }>('/snapshot?limit=1000')).patrons;
  }

  /** The first patron that `fits`; fails where the demo data has none. */
  async patronWho(fits: (patron: Patron) => boolean): Promise<Patron> {
    const found = (await this.patrons()).find(fits);
    if (!found) throw new Error('The demo data has no such patron.');
    return found;
  }

  async saveSection(patronId: string, section: SectionId, changes: Record<string, unknown>): Promise<void> {
    const path = `/patrons/${patronId}/sections/${section}`;
    const { tag } = await this.get<TaggedValues>(path);
    const answer = await this.act('PATCH', path, { changes }, tag);
    if (!answer.ok) throw new Error(`PATCH ${path} answered ${answer.status}: ${await answer.text()}`);
  }
}

export const cardOf = ({ sections }: Patron): string =>
  sections.card.values.cards.find((card) => card.state === 'active')?.number ?? '';

export const nameOf = ({ sections }: Patron): string =>
  `${sections.personal.values.givenName} ${sections.personal.values.familyName}`.trim();

/** Nothing stands in the way of deleting, nothing blocks: a patron to do anything with. */
export const isFree = (patron: Patron): boolean =>
  cardOf(patron) !== '' &&
  patron.ageGroup === 'adult' &&
  patron.loans.length === 0 &&
  patron.reservations.length === 0 &&
  patron.debts.length === 0 &&
  patron.blocks.length === 0 &&
  patron.guarantorFor.length === 0;
