// A small network in memory for tests: two libraries, their staff, a clock that stands still, luck that is seeded.
import { v7 as uuidv7 } from 'uuid';
import { expect } from 'vitest';
import { type EndpointName, type Session } from '../../shared/central/contract.ts';
import { ACT_HEADERS, DESK_HEADER } from '../../shared/central/endpoint.ts';
import type { Patron } from '../../shared/patrons/patron.ts';
import type { FieldValues, SectionId } from '../../shared/patrons/sections.ts';
import { PERMISSIONS, type Permission } from '../../shared/permissions.ts';
import { createCentral, type Central } from '../central.ts';
import { Luck } from '../demo/luck.ts';
import type { LibrarySetup } from '../libraries.ts';
import type { Answer } from '../outcome.ts';
import { DAY } from '../ports.ts';
import { hashSecretNow } from '../sessions/secrets.ts';
import type { HistoryFile } from '../store/history.ts';
import { historyInMemory } from '../store/history-file.ts';

export const PASSWORD = 'correct horse';
/** Work of scrypt in tests: next to none. */
export const COST = 2;

const library = (id: string): LibrarySetup => ({
  id,
  name: `Library ${id}`,
  country: 'SE',
  currency: 'SEK',
  timeZone: 'Europe/Stockholm',
  branches: [{ id: 'main', name: 'Main' }],
  categories: [{ id: 'adult', name: 'Adult' }],
  rules: { debtLimit: 10_000, guarantorBelowAge: 15, pinLength: { min: 4, max: 6 } },
  retention: { audit: 30, liftedBlocks: 20, deletions: 10, attempts: 100 },
});

export interface TestOptions {
  database?: string;
  historyFile?: HistoryFile;
  seed?: string;
  accessSeconds?: number;
  acceptLoss?: boolean;
  start?: number;
}

export interface TestNetwork {
  central: Central;
  clock: { now(): number; pass(ms: number): void };
  luck: Luck;
  /** Milliseconds that sign-ins were held up for, one by one. */
  pauses: number[];
  signIn(libraryId: string, username: string, desk?: string): Promise<TestDesk>;
  /** The server ends, something happens to its database, and it starts again. */
  restart(meanwhile: () => void): void;
  /** The server runs on, its housekeeping once a day. */
  passDays(days: number): void;
}

/** Everything that a test server is made of, for `createCentral` and for `createServer`. */
export function testOptions(options: TestOptions = {}) {
  let now = options.start ?? Date.parse('2026-03-01T10:00:00Z');
  const clock = { now: () => now, pass: (ms: number) => void (now += ms) };
  const luck = new Luck(options.seed ?? 'test');
  const pauses: number[] = [];
  const rests: number[] = [];
  return {
    database: options.database ?? ':memory:',
    historyFile: options.historyFile ?? historyInMemory(),
    version: 'test',
    clock,
    random: luck,
    luck,
    pauses,
    pause: (ms: number) => Promise.resolve(void pauses.push(ms)),
    rests,
    rest: (ms: number) => Promise.resolve(void rests.push(ms)),
    secretCost: COST,
    accessSeconds: options.accessSeconds ?? 600,
    acceptLoss: options.acceptLoss ?? false,
  };
}

/** `lead` may do everything, `desk` nothing that needs a permission; at `north` and at `south`. */
export function addTestLibraries(central: Central): void {
  if (central.parts.libraries.names().length > 0) return;
  const { random } = central.parts.ports;
  const add = (id: string, username: string, permissions: readonly Permission[]) => {
    const password = hashSecretNow(PASSWORD, random, COST);
    central.staff.add({ library: id, username, name: `${username} of ${id}`, password }, permissions, random);
  };
  for (const id of ['north', 'south']) {
    central.parts.libraries.add(library(id));
    add(id, 'lead', PERMISSIONS);
    add(id, 'desk', []);
  }
}

export function testNetwork(options: TestOptions = {}): TestNetwork {
  const made = testOptions(options);
  const { clock, luck, pauses } = made;
  const network: TestNetwork = {
    central: createCentral(made),
    clock,
    luck,
    pauses,
    async signIn(libraryId, username, desk = luck.id(new Date(clock.now()).toISOString())) {
      const { central } = network;
      const body = { library: libraryId, username, password: PASSWORD, desk };
      const answer = await central.answer('signIn', { params: {}, query: {}, headers: {}, body });
      expect(answer.status).toBe(201);
      return new TestDesk(central, clock, luck, answer.body as Session, desk);
    },
    restart(meanwhile) {
      network.central.close();
      meanwhile();
      network.central = createCentral(made);
    },
    passDays(days) {
      for (let day = 0; day < days; day++) {
        clock.pass(DAY);
        network.central.housekeep();
      }
    },
  };
  addTestLibraries(network.central);
  return network;
}

interface Request {
  params?: Record<string, string>;
  query?: Record<string, unknown>;
  body?: unknown;
}
/** What an attempt may have of its own; else everything is new. */
export interface AttemptParts {
  key?: string;
  act?: string;
  epoch?: string;
  actedAt?: string;
  ifMatch?: string;
}

export class TestDesk {
  readonly #central: Central;
  readonly #clock: { now(): number };
  readonly #luck: Luck;
  readonly session: Session;
  readonly desk: string;
  /** Access token or push-only grant. */
  token: string;

  constructor(central: Central, clock: { now(): number }, luck: Luck, session: Session, desk: string) {
    this.#central = central;
    this.#clock = clock;
    this.#luck = luck;
    this.session = session;
    this.desk = desk;
    this.token = session.accessToken;
  }

  newId(): string {
    return uuidv7({ msecs: this.#clock.now(), random: this.#luck.bytes(16) });
  }

  async ask(
    name: EndpointName,
    request: Request = {},
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const answer = await this.#central.answer(name, {
      params: request.params ?? {},
      query: request.query ?? {},
      body: request.body,
      headers: { authorization: `Bearer ${this.token}`, [DESK_HEADER]: this.desk, ...headers },
    });
    // As before each answer over HTTP.
    this.#central.marks();
    return answer;
  }

  act(name: EndpointName, request: Request, parts: AttemptParts = {}): Promise<Answer> {
    return this.ask(name, request, {
      [ACT_HEADERS.key]: parts.key ?? this.newId(),
      [ACT_HEADERS.act]: parts.act ?? this.newId(),
      [ACT_HEADERS.epoch]: parts.epoch ?? this.#central.marks().epoch,
      [ACT_HEADERS.actedAt]: parts.actedAt ?? new Date(this.#clock.now()).toISOString(),
      ...(parts.ifMatch !== undefined && { 'if-match': `"${parts.ifMatch}"` }),
    });
  }

  /** Registers an adult, or whoever the sections say. */
  async register(sections: Partial<Record<SectionId, FieldValues>> = {}): Promise<Patron> {
    const answer = await this.act('createPatron', {
      body: {
        id: this.newId(),
        sections: { ...sections, personal: { givenName: 'Ada', familyName: 'Öberg', ...sections.personal } },
      },
    });
    expect(answer).toMatchObject({ status: 201 });
    return valueOf<Patron>(answer);
  }

  async patron(id: string): Promise<Patron> {
    return (await this.ask('patron', { params: { patronId: id } })).body as Patron;
  }

  async save(
    patron: Patron,
    section: SectionId,
    changes: FieldValues,
    parts: AttemptParts = {},
  ): Promise<Answer> {
    const params = { patronId: patron.id, section };
    return this.act(
      'saveSection',
      { params, body: { changes } },
      {
        ifMatch: patron.sections[section].tag,
        ...parts,
      },
    );
  }

  async block(patron: Patron, comment = 'Facts only.', parts: AttemptParts & { id?: string } = {}) {
    const body = { id: parts.id ?? this.newId(), comment };
    return this.act('block', { params: { patronId: patron.id }, body }, parts);
  }

  async delete(patron: Patron, parts: AttemptParts = {}): Promise<Answer> {
    return this.act('deletePatron', { params: { patronId: patron.id } }, { ifMatch: patron.tag, ...parts });
  }
}

/** Rows of a patron's own, as many as it takes a machine at the counter hours to make; each with this text. */
export function fillUp(
  { parts: { store } }: Central,
  table: 'loan' | 'reservation' | 'debt' | 'block',
  patronId: string,
  count: number,
  text = 'x',
): void {
  const columns = {
    loan: ['title, author, item_barcode, branch, loaned_at, due_at, renewals', "'', '', '', t, t, 0"],
    reservation: ['title, author, pickup_branch, placed_at, state', "'', '', t, 'waiting'"],
    debt: ['description, kind, amount, created_at', "'other', 1, t"],
    block: ['comment, blocked_at, blocked_by', "t, ''"],
  }[table];
  store.run(
    `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
     INSERT INTO ${table} (id, patron, ${columns[0]})
     SELECT lower(hex(randomblob(4)) || '-0000-7000-8000-' || hex(randomblob(6))), number, ?, ${columns[1]}
     FROM n, patron, (SELECT '2026-03-01T00:00:00Z' AS t) WHERE id = ?`,
    ...[count, text, patronId],
  );
}

export const valueOf = <T>(answer: Answer): T => (answer.body as { value: T }).value;

/** The name of the problem that an answer is, or its status where it is none. */
export function problemOf(answer: Answer): string {
  const { type } = answer.body as { type?: string };
  return type?.replace('urn:circdesk:problem:', '') ?? String(answer.status);
}

/** `field: code` of each issue. */
export function issuesOf(answer: Answer): string[] {
  const { fields } = answer.body as { fields?: { field: string; code: string }[] };
  return (fields ?? []).map(({ field, code }) => `${field}: ${code}`);
}

/** A network, and a desk of its library `north` at which somebody with all permissions is signed in. */
export async function atTheDesk() {
  const network = testNetwork();
  return { ...network, desk: await network.signIn('north', 'lead') };
}

export const byPatron = ({ id }: Patron) => ({ guarantor: { kind: 'patron', patronId: id, name: '' } });
