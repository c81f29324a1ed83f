// The central server's logic, put together: everything but HTTP. A simulation calls `answer` as a route does.
import { z } from 'zod';
import { endpoints, type EndpointName } from '../shared/central/contract.ts';
import { DESK_HEADER, type Endpoint } from '../shared/central/endpoint.ts';
import { Attempts } from './acts/attempts.ts';
import type { ActName, Body, Query } from './acts/handlers.ts';
import { Acts } from './acts/perform.ts';
import { Audit } from './audit.ts';
import { circulation } from './circulation.ts';
import { deskLog } from './desk-log.ts';
import { Desks } from './sessions/desks.ts';
import { housekeep } from './housekeeping.ts';
import { KnownTime } from './known-time.ts';
import { Libraries } from './libraries.ts';
import { asAnswer, granted, refused, type Answer, type Outcome } from './outcome.ts';
import { PatronData } from './patron-data.ts';
import { patronDataParts } from './patron-data-parts.ts';
import { patronActs } from './patrons/acts.ts';
import { FailedPins } from './patrons/failed-pins.ts';
import { Feed } from './patrons/feed.ts';
import { Guarantors } from './patrons/guarantors.ts';
import { patronSignIn } from './patrons/patron-sign-in.ts';
import { patronReads, type ReadName } from './patrons/reads.ts';
import { Records } from './patrons/record.ts';
import { SearchIndex } from './patrons/search-index.ts';
import { Validity } from './patrons/validity.ts';
import { Writing } from './patrons/writing.ts';
import { timeOf, type Ports } from './ports.ts';
import { hashSecret, USUAL_COST } from './sessions/secrets.ts';
import { Sessions, type Asker } from './sessions/sessions.ts';
import { StaffAccounts } from './sessions/staff.ts';
import { History, type HistoryFile, type Marks } from './store/history.ts';
import { Store } from './store/store.ts';
import { Turns } from './turns.ts';

export interface CentralOptions extends Ports {
  /** The database's path, or `:memory:`. */
  database: string;
  historyFile: HistoryFile;
  version: string;
  accessSeconds?: number;
  /** Waits so many ms after long work, for others to be let in; a simulation, whose time is none, goes on at once. */
  rest: (ms: number) => Promise<void>;
  /** Work of scrypt for new PINs; less of it in simulations only. */
  secretCost?: number;
  /** Start from a database that is older than what desks were told is safe. */
  acceptLoss?: boolean;
}

/** One request, whatever it came by. Header names in lower case. */
export interface Call {
  params: Record<string, string>;
  query: Record<string, unknown>;
  body: unknown;
  headers: Record<string, string | undefined>;
}

export type Central = ReturnType<typeof createCentral>;

export const ACCESS_SECONDS = 600;

/** Pages of many patrons or rows: one holds up everybody else for as long as it takes. */
const LONG_READS: ReadonlySet<EndpointName> = new Set(['snapshot', 'changes', 'patronDataPart', 'audit']);

/**
 * Whole patrons, of megabytes some, searches and acts, of one member of staff's at once: a desk reads each patron again
 * whose window is open.
 */
const MOST_OF_STAFF = 60;

type OpenName = 'describe' | 'signIn' | 'refresh' | 'signOut' | 'patronSignIn';

export function createCentral(options: CentralOptions) {
  const ports: Ports = options;
  const { clock, random } = ports;
  const store = new Store(options.database);
  const history = openHistory(store, options);
  const libraries = new Libraries(store);
  const staff = new StaffAccounts(store);
  const desks = new Desks(store, clock);
  const secretCost = options.secretCost ?? USUAL_COST;
  const sessions = new Sessions(store, ports, staff, desks, libraries, history.epoch, {
    accessSeconds: options.accessSeconds ?? ACCESS_SECONDS,
    secretCost,
  });
  const records = new Records(store, libraries);
  const ofStaff = new Turns(MOST_OF_STAFF, options.rest);
  const search = new SearchIndex(store, ports, libraries, records, ofStaff);
  const feed = new Feed(store, clock, history, records);
  const guarantors = new Guarantors(store, clock, libraries, records);
  const attempts = new Attempts(store, clock);
  const parts = { store, ports, clock, history, libraries, records, guarantors, search, feed, attempts };
  const writing = new Writing(parts);
  const validity = new Validity(store, clock, libraries, records, guarantors);
  const audit = new Audit(store, ports, libraries);
  const failedPins = new FailedPins(store, clock);
  const longParts = patronDataParts(store);
  const patronData = new PatronData({ ...parts, longParts, failedPins });
  const reads = patronReads({ records, feed, audit, attempts, longParts });
  const acts = new Acts(store, clock, history, attempts, audit, {
    ...patronActs({ ...parts, writing, validity, audit }),
    ...circulation({ ...parts, audit }),
    ...deskLog({ clock, libraries, records, audit, patronData, staff, sessions }),
  });

  const open = {
    describe: () =>
      granted({
        kind: 'circdesk-reference' as const,
        version: options.version,
        epoch: history.epoch,
        libraries: libraries.names(),
      }),
    signIn: (body: Body<'signIn'>) => sessions.signIn({ ...body, desk: body.desk.toLowerCase() }),
    refresh: (body: Body<'refresh'>) => sessions.refresh(body.refreshToken),
    patronSignIn: (body: Body<'patronSignIn'>) =>
      patronSignIn({ store, ports, records, failedPins, secretCost }, body),
  };

  const longReads = new Turns(4, options.rest);
  async function answer(name: EndpointName, call: Call): Promise<Answer> {
    const turns = LONG_READS.has(name) ? longReads : hasTurn(name) ? ofStaff : undefined;
    // Copies are filled by each desk for itself; patrons are read by whoever works there, at however many desks.
    const account = turns && staffOf(call.headers);
    const sender = turns === ofStaff ? account : turns && senderOf(call.headers);
    if (sender === undefined) return answerNow(name, call);
    // A desk asks for one page after the other; others come in between, and who asks is looked at after the wait.
    const work = async () => {
      await ports.pause(0);
      return answerNow(name, call);
    };
    const answered = turns?.take(`${sender} ${name}`, work, account);
    return answered ?? asAnswer(refused('too-many', { retryAt: timeOf(clock) }));
  }

  /** Undefined where `sender`, or the account that it is a session of, has as much waiting as may be. */
  function inTurn(headers: Call['headers'], sender: string, work: () => void): Promise<void> | undefined {
    const account = staffOf(headers) ?? sender;
    const read = async () => {
      await ports.pause(0);
      work();
    };
    return ofStaff.take(`${account} inTurn`, read, account);
  }

  async function answerNow(name: EndpointName, call: Call): Promise<Answer> {
    const endpoint: Endpoint = endpoints[name];
    if (desks.isRevoked(call.headers[DESK_HEADER])) return asAnswer(refused('desk-revoked'));
    const who = endpoint.auth === 'none' ? undefined : whoAsks(call, endpoint.byGrant);
    if (who && !who.ok) return asAnswer(who);
    const asker = who?.value;
    const params = readPart(endpoint.params, lowerCase(call.params));
    if (!params.ok) return asAnswer(params);
    if (asker && isAct(name)) return performAct(name, asker, { ...call, params: params.value as never });
    if (asker && endpoint.permission && !asker.permissions.includes(endpoint.permission)) {
      noteRefused(asker, name, params.value as { patronId?: string });
      return asAnswer(refused('not-permitted', { permission: endpoint.permission }));
    }
    const rest = readPart(endpoint.body ?? endpoint.query, endpoint.body ? call.body : call.query);
    if (!rest.ok) return asAnswer(rest);
    const outcome = await readOrOpen(name, asker, params.value, rest.value);
    // It may have waited for its turn.
    const still = name === 'search' ? whoAsks(call) : undefined;
    if (still && !still.ok) return asAnswer(still);
    if (!outcome.ok) return asAnswer(outcome);
    const { value: body, tag } = outcome;
    return tag === undefined ? { status: endpoint.status, body } : { status: endpoint.status, body, tag };
  }

  function whoAsks({ headers }: Pick<Call, 'headers'>, byGrant = false): Outcome<Asker> {
    return sessions.whoAsks(headers['authorization'], headers[DESK_HEADER]?.toLowerCase(), byGrant);
  }

  /** The session, or the grant's member of staff, that a request is sent with, also where it has just ended. */
  const senderOf = (headers: Call['headers']) => sessions.whoseToken(headers['authorization']);

  /**
   * The session that is refreshed, or the account, at a desk where it signed in before; undefined for whoever is nobody. Where
   * it is locked at that desk, it counts apart: guesses there keep nobody from signing in elsewhere.
   */
  function comerOf(name: EndpointName, body: unknown): string | undefined {
    if (name === 'refresh') {
      const { data } = endpoints.refresh.body.safeParse(body);
      return data && sessions.toRefresh(data.refreshToken);
    }
    if (name !== 'signIn') return undefined;
    const { data } = endpoints.signIn.body.safeParse(body);
    const account = data && staff.byUsername(data.library, data.username);
    const desk = data?.desk.toLowerCase();
    if (!account || !desk || !sessions.knows(account.id, desk)) return undefined;
    return sessions.isLockedAt(account, desk) ? `${account.id} ${desk}` : account.id;
  }

  function staffOf(headers: Call['headers']): string | undefined {
    const who = whoAsks({ headers }, true);
    return who.ok ? who.value.staff.id : undefined;
  }

  /** Of whoever is no patron here there is no log that anybody reads. */
  function noteRefused(
    { staff: { id, library } }: Asker,
    name: EndpointName,
    { patronId }: { patronId?: string },
  ) {
    if (patronId === undefined) return;
    if (records.find(library, patronId).ok || records.wasDeleted(library, patronId))
      audit.logRefusedRead({ library, patronId, staff: id, detail: name });
  }

  function performAct(name: ActName, asker: Asker, call: Call): Promise<Answer> {
    const pin = name === 'setPin' && endpoints.setPin.body.safeParse(call.body).data?.pin;
    const hashPin = pin ? () => hashSecret(pin, random, secretCost) : undefined;
    const { byGrant }: Endpoint = endpoints[name];
    const askAgain = () => whoAsks(call, byGrant);
    return acts.perform({ name, asker, askAgain, ...call, hashPin });
  }

  async function readOrOpen(name: EndpointName, asker: Asker | undefined, params: unknown, rest: unknown) {
    if (asker && name === 'signOut')
      return granted(sessions.signOut(asker, (rest as Body<'signOut'>).waitingActs));
    if (asker) {
      if (name === 'search') return findPatrons(asker, rest as Query<'search'>);
      const read = reads[name as ReadName] as (...parts: unknown[]) => Outcome<unknown>;
      return store.together(() => read(asker, params, rest));
    }
    const ask = open[name as Exclude<OpenName, 'signOut'>] as (body: unknown) => Promise<Outcome<unknown>>;
    return ask(rest);
  }

  async function findPatrons({ staff: { id, library } }: Asker, ask: Query<'search'>) {
    const found = await search.find(id, library, ask);
    return found ? granted(found) : refused('too-many', { retryAt: timeOf(clock) });
  }

  const everything = { ...parts, writing, audit, sessions };
  const knownTime = new KnownTime(store, clock);
  return {
    answer,
    /** What every answer's headers say; noted before it goes out. */
    marks: (): Marks => history.note(),
    /** At start and daily: `KnownTime` needs to be asked so. */
    housekeep: () => housekeep(everything, knownTime.next()),
    /** More often than the rest: it is soon over, and anybody may type something at a sign-in. */
    forgetFailedSignIns: () => {
      sessions.failures.forgetOld();
      failedPins.forgetOld();
    },
    staff,
    desks,
    senderOf,
    comerOf,
    inTurn,
    /** For demo data and tests: the parts that write without an act. */
    parts: everything,
    close: () => store.close(),
  };
}

function openHistory(store: Store, options: CentralOptions): History {
  try {
    return new History(store, options.historyFile, options.random, options.acceptLoss);
  } catch (error) {
    store.close();
    throw error;
  }
}

/** Of which many at once hold up whoever comes. Setting a PIN waits in turns of its own for its hash. */
const hasTurn = (name: EndpointName) => IN_TURNS.has(name) || (isAct(name) && name !== 'setPin');
/** Whole patrons, and looks, which are written to the audit log on the disk. */
const IN_TURNS: ReadonlySet<EndpointName> = new Set([
  'patron',
  'standing',
  'section',
  'notifications',
  'agreements',
  'signOut',
]);
const isAct = (name: EndpointName): name is ActName => endpoints[name].auth === 'act' && name !== 'act';

/** Words of the contract in an address; all else there are ids. */
const WORDS = ['section', 'part'];
/** Ids are compared in lower case. */
const lowerCase = (params: Record<string, string>) =>
  Object.fromEntries(
    Object.entries(params).map(([name, value]) => [name, WORDS.includes(name) ? value : value.toLowerCase()]),
  );

/** Told of what isn't as expected: a list may be wrong thousandfold. */
const MOST_PLACES = 20;

function readPart(shape: z.ZodType | undefined, value: unknown): Outcome<unknown> {
  const parsed = (shape ?? z.unknown()).safeParse(value);
  if (parsed.success) return granted(parsed.data);
  const places = parsed.error.issues.slice(0, MOST_PLACES);
  const where = places.map(({ path }) => path.join('.') || 'the whole').join(', ');
  return refused('bad-request', { detail: `Not of the expected shape: ${where}` });
}
