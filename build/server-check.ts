// Tries a central server through the port, as a desk would: everything that reads, and, where asked to, an edit, a block
// and an unblock of one patron, put back afterwards. What isn't offered is skipped, with the reason.
import { v7 } from 'uuid';
import type {
  Act,
  CentralServer,
  CentralSession,
  Credentials,
  OutgoingAct,
} from '../electron/central/central-server.ts';
import type { Deed } from '../electron/cache/act.ts';
import { codeOf, isFailure } from '../electron/support/failure.ts';
import type { Feature } from '../shared/capabilities.ts';
import type { Refusal } from '../shared/ipc/errors.ts';
import { patronDataHeadSchema } from '../shared/patron-data/document.ts';
import { requestersFor } from '../shared/patron-data/requester.ts';
import { patronSchema, registeredAs, type Patron, type PatronSummary } from '../shared/patrons/patron.ts';
import { SECTIONS, type TaggedValues } from '../shared/patrons/sections.ts';

export interface Check {
  check: string;
  outcome: 'ok' | 'failed' | 'skipped';
  /** What was seen, or why not: counts and codes, never a patron's data. */
  detail: string;
  milliseconds: number;
}

export interface CheckOptions {
  server: CentralServer;
  credentials: Credentials;
  /** The card of the one patron who may be changed. */
  writeTo: string | undefined;
}

const PAGE = 100;
const MARK = 'Circdesk check-server';

export async function checkServer({ server, credentials, writeTo }: CheckOptions): Promise<Check[]> {
  const run = new Run();
  await run.check('libraries without signing in', async () => counted((await server.libraries()).length));
  await run.check('marks without signing in', async () => (await server.marks()).epoch);
  const session = await run.check(
    'sign in',
    () => server.signIn(credentials),
    ({ library, permissions, capabilities }) =>
      [
        `at ${library.id}, ${library.branches.length} branches, ${library.categories.length} categories`,
        `permissions: ${permissions.join(', ') || 'none'}`,
        `not offered: ${Object.keys(capabilities.missing).join(', ') || 'nothing'}`,
      ].join('; '),
  );
  if (!session) return run.checks;
  await reads(run, session);
  if (writeTo !== undefined) await writes(run, session, server, writeTo);
  await run.check('sign out', async () =>
    (await session.end([])) === null ? 'nothing left behind' : 'a grant left',
  );
  return run.checks;
}

class Run {
  readonly checks: Check[] = [];

  async check<T>(
    check: string,
    work: () => Promise<T>,
    tell: (value: T) => string = String,
  ): Promise<T | undefined> {
    const began = performance.now();
    const note = (outcome: Check['outcome'], detail: string) =>
      this.checks.push({ check, outcome, detail, milliseconds: Math.round(performance.now() - began) });
    try {
      const value = await work();
      note('ok', tell(value));
      return value;
    } catch (thrown) {
      note('failed', wordsOf(thrown));
      return undefined;
    }
  }

  skip(check: string, detail: string): void {
    this.checks.push({ check, outcome: 'skipped', detail, milliseconds: 0 });
  }
}

/** The code of a failure and the right that it misses; another error by its words, since it's ours. */
function wordsOf(thrown: unknown): string {
  if (isFailure(thrown)) {
    const { code, missing, wanted, fields } = thrown.error;
    const more = [missing?.permission, wanted, ...(fields ?? []).map((one) => `${one.field}: ${one.code}`)];
    return [code, ...more, becauseOf(thrown.cause)].filter(Boolean).join(', ');
  }
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/** Words of ours, or which error it was: what a parser says quotes what it read. */
function becauseOf(cause: unknown): unknown {
  if (isFailure(cause)) return wordsOf(cause);
  return cause instanceof Error ? `${cause.name} ${codeOf(cause)}`.trim() : cause;
}

const counted = (n: number) => `${n} found`;

async function reads(run: Run, session: CentralSession): Promise<void> {
  const { missing } = session.capabilities;
  const all = await run.check(
    'search for everybody',
    () => session.search('*', 0, 20),
    ({ total }) => counted(total),
  );
  const [first] = all?.patrons ?? [];
  const page = await run.check(
    'first page of a copy',
    () => session.snapshot(null, PAGE),
    (found) => `${found.patrons.length} of ${found.total}, ${fitting(found.patrons)} fit the schema`,
  );
  if (!first) return run.skip('open a patron', all ? 'there is nobody' : 'the search failed');
  const card = all?.patrons.find(({ cardNumber }) => cardNumber !== null)?.cardNumber;
  if (card)
    await run.check(
      'search for a card',
      () => session.search(card, 0, 20),
      ({ total }) => counted(total),
    );
  const opened = await run.check('open a patron', () => session.patron(first.id, false), fits);
  await lists(run, session);
  await run.check(
    'changes since then',
    () => session.changes(page?.position ?? 0, page?.epoch ?? '', 50, nobodyHeld),
    (found) => (found.kind === 'changes' ? `${found.changes.length} of them` : found.kind),
  );
  for (const feature of ['notifications', 'agreements'] as const) {
    if (missing[feature]) run.skip(feature, reasonOf(session, feature));
    else await run.check(feature, async () => counted((await session[feature](first.id)).length));
  }
  // Our own server writes each export into its audit log.
  if (!session.capabilities.missing.auditLog)
    return run.skip('patron data file', 'it would be logged as an export');
  const [requester = 'unchecked'] = requestersFor(opened?.ageGroup ?? 'unknown');
  await run.check(
    'patron data file',
    async () => session.exportPatronData(actNow(), page?.epoch ?? '', first.id, requester),
    ({ head }) => `${patronDataHeadSchema.parse(head).leftOut.length} things left out`,
  );
}

const nobody = () => Promise.resolve([]);
const nobodyHeld = { ids: nobody, laidOver: nobody, blocked: nobody, recent: () => [] };
const fitting = (records: unknown[]) => records.filter((one) => patronSchema.safeParse(one).success).length;
const fits = (patron: Patron) => {
  patronSchema.parse(patron);
  return 'fits the schema';
};

const reasonOf = ({ capabilities }: CentralSession, feature: Feature): string => {
  const reason = capabilities.missing[feature];
  return reason?.why === 'missingRight' ? `permission ${reason.permission} is missing` : 'not there';
};

const LISTS = ['loans', 'reservations', 'debts'] as const;
/** So many pages are gone through to find somebody with each. */
const MOST_PAGES = 10;

/** Loans, reservations and debts, each of somebody who has some. */
async function lists(run: Run, session: CentralSession): Promise<void> {
  const known = await someoneWithEach(session).catch(() => new Map<string, Patron>());
  for (const list of LISTS) {
    const somebody = known.get(list);
    if (session.capabilities.missing[list]) run.skip(list, reasonOf(session, list));
    else if (!somebody) run.skip(list, `nobody among the first ${MOST_PAGES * PAGE} has any`);
    else
      await run.check(
        list,
        async () => (await session.patron(somebody.id, true))[list],
        (rows) => {
          const untitled = rows.filter((row) => 'title' in row && row.title === '').length;
          return `${rows.length} of one patron${untitled > 0 ? `, ${untitled} without a title` : ''}`;
        },
      );
  }
}

async function someoneWithEach(session: CentralSession): Promise<Map<string, Patron>> {
  const known = new Map<string, Patron>();
  let after: string | null = null;
  for (let pages = 0; pages < MOST_PAGES && known.size < LISTS.length; pages++) {
    const page = await session.snapshot(after, PAGE);
    for (const patron of page.patrons.flatMap((record) => patronSchema.safeParse(record).data ?? []))
      for (const list of LISTS) if (patron[list].length > 0 && !known.has(list)) known.set(list, patron);
    after = page.next;
    if (after === null) break;
  }
  return known;
}

const actNow = (): Act => ({ id: v7(), key: v7(), at: new Date().toISOString() });

async function writes(run: Run, session: CentralSession, server: CentralServer, card: string): Promise<void> {
  const patron = await run.check(
    `find the patron of the card`,
    () => patronOfCard(session, card),
    () => 'one',
  );
  if (!patron) return;
  const { epoch } = await server.marks();
  const send = async (deed: Deed, id = v7()) => {
    const edit = deed.kind === 'saveSection' ? deed : undefined;
    const act: OutgoingAct = {
      ...{ ...actNow(), id, patronId: patron.id, patron: registeredAs(patron) },
      ...{ deed, epoch, repeated: false, leaves: () => Promise.resolve() },
      ...{ tag: edit?.base.tag ?? null, changes: edit?.changes ?? {}, base: edit?.base.values ?? {} },
    };
    const outcome = await session.send(act);
    if (outcome.kind === 'refused') throw new Error(refusedWords(outcome));
    if (outcome.kind !== 'confirmed') throw new Error(outcome.kind);
  };
  const now = () => session.patron(patron.id, true);
  await editAndBack(run, session, send, now);
  await blockAndBack(run, session, send, now);
  await run.check('all is as it was', async () => {
    const [before, after] = [patron, await now()].map(({ sections, blocks }) =>
      JSON.stringify([SECTIONS.map((one) => sections[one].values), blocks]),
    );
    if (before !== after) throw new Error('the patron differs from before');
    return 'sections and blocks equal those from before';
  });
}

type Send = (deed: Deed, id?: string) => Promise<void>;
type Writing = [run: Run, session: CentralSession, send: Send, now: () => Promise<Patron>];

async function editAndBack(...[run, session, send, now]: Writing): Promise<void> {
  const check = 'edit the staff note';
  if (session.capabilities.missing.editing) return run.skip(check, reasonOf(session, 'editing'));
  const base = (await now()).sections.note;
  const before = base.values.staffNote;
  const save = (from: TaggedValues, staffNote: string) =>
    send({ kind: 'saveSection', section: 'note', base: from, changes: { staffNote } });
  await run.check(check, async () => {
    await save(base, `${before}\n${MARK}`.trim());
    if (!(await now()).sections.note.values.staffNote.includes(MARK))
      throw new Error('it was confirmed, but is not there');
    return 'is there';
  });
  // Whatever came of it: an answer may have been lost, and the edit be there.
  await run.check('put the staff note back', async () => {
    const { note } = (await now()).sections;
    if (!note.values.staffNote.includes(MARK)) return 'nothing was there';
    await save(note, before);
    return 'done';
  });
}

async function blockAndBack(...[run, session, send, now]: Writing): Promise<void> {
  const check = 'block';
  if (session.capabilities.missing.blocking) return run.skip(check, reasonOf(session, 'blocking'));
  const id = v7();
  const isThere = async () => (await now()).blocks.some((one) => one.id === id && one.comment === MARK);
  const blocked = await run.check(check, async () => {
    await send({ kind: 'block', comment: MARK }, id);
    if (!(await isThere())) throw new Error('it was confirmed, but is not there');
    return `is there, ${session.capabilities.block}`;
  });
  if (blocked === undefined && !(await isThere().catch(() => true)))
    return run.skip('unblock', 'there is no block');
  await run.check('unblock', async () => {
    await send({ kind: 'unblock', blocks: [id], comment: MARK });
    if (await isThere()) throw new Error('it was confirmed, but is still there');
    return 'is gone';
  });
}

const refusedWords = ({ code, detail, missing, wanted, fields }: Refusal): string =>
  [code, missing?.permission, wanted, ...fields.map((one) => `${one.field}: ${one.code}`), detail]
    .filter(Boolean)
    .join(', ');

/** Among all whom the card's number finds: a short one stands in many others. */
async function patronOfCard(session: CentralSession, card: string): Promise<Patron> {
  const patrons: PatronSummary[] = [];
  for (let more = true; more && patrons.length < MOST_PAGES * PAGE;) {
    const page = await session.search(card, patrons.length, PAGE);
    patrons.push(...page.patrons);
    more = page.patrons.length > 0 && patrons.length < page.total;
  }
  const found = patrons.filter(({ cardNumber }) => cardNumber === card);
  const [only] = found;
  if (!only || found.length > 1) throw new Error(`${found.length} patrons have this card in use`);
  return session.patron(only.id, true);
}
