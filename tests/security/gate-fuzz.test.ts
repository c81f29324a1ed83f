// 10,000 requests through the gate to the real handlers on the real parts of a desk, with a real server's logic behind
// them and a line that breaks: from the contract, and against it. Main neither falls nor answers anything but a
// Result, and a patron window moves nobody but its own patron. FUZZ_RUNS and FUZZ_SEED make it longer, or another one.
import { mkdtempSync, rmSync } from 'node:fs';
import * as files from 'node:fs/promises';
import { EventEmitter } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ChosenServer } from '../../electron/central/chosen-server.ts';
import { openGate, type Handlers } from '../../electron/ipc/gate.ts';
import { handlersOf } from '../../electron/ipc/handlers.ts';
import { PatronDataDownload } from '../../electron/patron-data/download.ts';
import { openExport } from '../../electron/patron-data/open-export.ts';
import { SavedFiles } from '../../electron/patron-data/saved-files.ts';
import { patronDataPolicySchema } from '../../electron/policy/patron-data-policy.ts';
import { LatelyOpened } from '../../electron/patrons/lately-opened.ts';
import { policySchema } from '../../electron/policy/policy.ts';
import { firstPreferences, rulesOf } from '../../electron/policy/window-policy.ts';
import { Failure } from '../../electron/support/failure.ts';
import { Settings } from '../../electron/support/settings.ts';
import { Look } from '../../electron/windows/look.ts';
import type { WindowOwner } from '../../electron/windows/windows.ts';
import { Luck } from '../../server/demo/luck.ts';
import { PASSWORD, testNetwork, valueOf } from '../../server/testing/network.ts';
import { requests, type RequestName } from '../../shared/ipc/contract.ts';
import { deskErrorSchema, type Result } from '../../shared/ipc/errors.ts';
import { cut, Desk, goodLine } from '../sync/desk.ts';
import { fitting, monstrous } from './arbitrary.ts';

const RUNS = Number(process.env['FUZZ_RUNS'] ?? 10_000);
const SEED = Number(process.env['FUZZ_SEED'] ?? 7);
const NAMES = Object.keys(requests) as RequestName[];
/** Each costs a fifth of a second of scrypt, or throws away what is signed in: seldom enough. */
const SELDOM: RequestName[] = ['session.signIn', 'session.signOut', 'session.lock', 'patron.delete'];

const network = testNetwork();
const downloads = mkdtempSync(join(tmpdir(), 'circdesk-fuzz-'));
const desk = new Desk({ central: () => network.central, clock: network.clock });
/** Windows, as far as main asks a page anything: that it is gone. */
const owners = new Map<object, WindowOwner>([[new EventEmitter(), { kind: 'desk' }]]);
const unhandled: unknown[] = [];
const note = (thrown: unknown) => unhandled.push(thrown);
/** Of which patrons the handlers asked for something, since the last request. */
const touched: unknown[] = [];
let handled = 0;
let ask: (event: unknown, name: unknown, args: unknown) => Promise<Result<unknown>>;
let now = 0;
const ids: string[] = [];

beforeAll(async () => {
  process.on('unhandledRejection', note);
  process.on('uncaughtException', note);
  const colleague = await network.signIn('north', 'lead');
  for (const familyName of ['Ek', 'Lind', 'Öberg', 'Nygren', 'Dahl']) {
    const patron = await colleague.register({ personal: { familyName }, card: { cards: [] } });
    const { id } = patron;
    const block = valueOf<{ id: string }>(await colleague.block(patron));
    ids.push(id, block.id);
    if (owners.size <= 4) owners.set(new EventEmitter(), { kind: 'patron', patronId: id });
  }
  await desk.start();
  await desk.signIn();
  const { parts } = desk;
  const OWN = new Set([
    'read',
    'saveSection',
    'block',
    'unblock',
    'setPin',
    'delete',
    'notifications',
    'agreements',
  ]);
  const patrons = new Proxy(parts.patrons, {
    get(target, method) {
      const member: unknown = Reflect.get(target, method);
      return (...args: unknown[]) => {
        if (OWN.has(String(method))) touched.push(args[0]);
        return Reflect.apply(member as (...args: unknown[]) => unknown, target, args);
      };
    },
  });
  const opened = new Set<string>();
  const windows = {
    showPatron: (id: string) => void opened.add(id),
    openPatrons: () => [...opened],
    closePatrons: () => undefined,
    setUnsaved: () => undefined,
    close: () => undefined,
    ...{ tell: () => undefined, showSearch: () => undefined },
    ownerOf: (contents: object) => owners.get(contents),
  };
  const { clock } = network;
  const download = new PatronDataDownload({
    ...{ files, clock, random: new Luck('downloads') },
    open: (patronId, requester) => {
      touched.push(patronId);
      return openExport({ ...parts, store: desk.store, clock }, patronId, requester);
    },
    policy: patronDataPolicySchema.parse({ formats: ['json'] }),
    print: () => Promise.reject(new Error('Nothing is printed here.')),
    savedFiles: new SavedFiles({
      ...{ files, clock, file: join(downloads, 'saved-files.json') },
      log: { write: () => undefined, trouble: () => undefined },
    }),
    downloadsFolder: () => downloads,
    elsewhere: () => Promise.resolve(undefined),
    showInFolder: () => undefined,
    onProgress: () => undefined,
  });
  const policies = policySchema.parse({});
  const settings = new Settings(join(downloads, 'settings.json'));
  // The server is policy's: a page may not choose another.
  const server = new ChosenServer({
    ...{ address: 'https://central.test/', kind: 'circdesk', remembered: null, development: false },
    remember: () => undefined,
    recognise: () => Promise.reject(new Error('Nothing is recognised here.')),
    make: () => {
      throw new Error('No server is made here.');
    },
  });
  const real = handlersOf({
    desk: { ...parts, patrons },
    ...{ download, server },
    windows: windows as never,
    look: new Look(firstPreferences(policies), rulesOf(policies), settings, windows as never),
    recent: new LatelyOpened(() => undefined),
    openOutside: ({ id }) => {
      touched.push(id);
      return Promise.resolve();
    },
    syncState: async () => ({ ...(await parts.syncState()), online: true, rescue: null, memoryOnly: false }),
    acceptLoss: () => Promise.resolve(),
    touched: () => undefined,
  });
  const counting = Object.fromEntries(
    Object.entries(real).map(([name, handler]) => [
      name,
      (...given: never[]) => {
        handled++;
        return Reflect.apply(handler, undefined, given) as unknown;
      },
    ]),
  ) as unknown as Handlers;
  openGate(
    { handle: (_channel, listener) => void (ask = listener as never) },
    {
      handlers: () => counting,
      ownerOf: (contents) => owners.get(contents),
      newReference: () => 'fuzz',
      counter: () => (now += 1_000),
      log: { write: () => undefined, trouble: () => undefined },
    },
  );
});
afterAll(async () => {
  process.off('unhandledRejection', note);
  process.off('uncaughtException', note);
  await desk.end();
  desk.remove();
  rmSync(downloads, { recursive: true });
});

const PAGES = {
  desk: { url: 'app://circdesk/desk/index.html', parent: null },
  patron: { url: 'app://circdesk/patron/index.html', parent: null },
};
const strangeFrame = fc.constantFrom(
  null,
  { url: PAGES.desk.url, parent: PAGES.desk },
  ...[
    ...['https://circdesk/', 'app://circdesk.evil/desk/index.html', 'app://evil/', 'app://circdesk@evil/'],
    ...['app://eva@circdesk/', 'app://circdesk:1/', 'app://CIRCDESK/', 'APP2://circdesk/', 'about:blank', ''],
    ...['data:text/html,app://circdesk/', 'blob:app://circdesk/1', 'file:///app://circdesk/', 'about:srcdoc'],
  ].map((url) => ({ url, parent: null })),
);

interface Asked {
  window: object;
  frame: object | null;
  name: unknown;
  args: unknown;
  line: 'good' | 'cut' | 'rubbish';
}

function asked(): fc.Arbitrary<Asked> {
  const credentials = fc.constant({
    library: 'north',
    username: 'lead',
    password: PASSWORD,
    discard: false,
  });
  const fits = new Map(
    NAMES.map((name) => {
      const any = fitting(requests[name].args, ids);
      return [name, name === 'session.signIn' ? fc.oneof({ weight: 9, arbitrary: any }, credentials) : any];
    }),
  );
  const ours = fc.constantFrom(...owners.keys());
  const onItsPage = fc
    .constantFrom(...owners)
    .map(([window, { kind }]) => ({ window: window as object, frame: PAGES[kind] as object | null }));
  const line = fc.oneof(
    { weight: 30, arbitrary: fc.constant('good' as const) },
    fc.constantFrom('cut' as const, 'rubbish' as const),
  );
  const known = (names: RequestName[]) =>
    fc
      .constantFrom(...names)
      .chain((name) =>
        fc
          .record({ its: onItsPage, args: fits.get(name) ?? fc.constant({}), line })
          .map(({ its, ...rest }) => ({ ...its, name: name as unknown, ...rest })),
      );
  const wrong = fc.record({
    window: fc.oneof(ours, fc.constant({})),
    frame: fc.oneof(fc.constantFrom(PAGES.desk, PAGES.patron), strangeFrame),
    name: fc.oneof(
      fc.constantFrom<unknown>(...NAMES.filter((name) => !SELDOM.includes(name))),
      fc.constantFrom<unknown>(
        '__proto__',
        'constructor',
        'toString',
        '',
        'patron',
        'session.',
        'patron.read ',
      ),
      monstrous,
    ),
    args: fc.oneof(monstrous, fits.get('patron.saveSection') ?? fc.constant({})),
    line,
  });
  return fc.oneof(
    { weight: 60, arbitrary: known(NAMES.filter((name) => !SELDOM.includes(name))) },
    { weight: 2, arbitrary: known(SELDOM) },
    { weight: 30, arbitrary: wrong },
  );
}

function setLine(state: Asked['line']): void {
  desk.line = goodLine();
  if (state === 'cut') desk.line.asked = cut;
  if (state === 'rubbish')
    desk.line.answered = (_request, answer) => ({ ...answer, body: '{"patrons":[{}]' });
}

function expectResult(name: unknown, answer: Result<unknown>): void {
  if (answer.ok) {
    expect(requests[name as RequestName].result.parse(answer.value)).toEqual(answer.value);
    expect(Object.keys(answer)).toEqual(['ok', 'value']);
  } else {
    expect(deskErrorSchema.strict().parse(answer.error)).toEqual(answer.error);
    expect(Object.keys(answer)).toEqual(['ok', 'error']);
  }
}

test(`the gate answers ${RUNS} requests with Results, and no stranger is heard`, async () => {
  const answeredWell = new Map<string, number>();
  const codes = new Map<string, number>();
  const property = fc.asyncProperty(asked(), async ({ window, frame, name, args, line }) => {
    const { session } = desk.parts;
    setLine('good');
    if (session.state.status !== 'signedIn') await desk.signIn();
    setLine(line);
    touched.length = 0;
    handled = 0;
    const answer = await ask({ sender: window, senderFrame: frame }, name, args);
    expectResult(name, answer);

    const owner = owners.get(window);
    const own = NAMES.includes(name as never) ? requests[name as RequestName].windows : [];
    if (!owner || frame !== PAGES[owner.kind] || !(own as readonly string[]).includes(owner.kind)) {
      expect(answer).toMatchObject({ ok: false, error: { code: 'requestRefused' } });
      expect(handled).toBe(0);
    } else if (owner.kind === 'patron') for (const id of touched) expect(id).toBe(owner.patronId);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    expect(unhandled).toEqual([]);
    if (answer.ok) answeredWell.set(String(name), (answeredWell.get(String(name)) ?? 0) + 1);
    else codes.set(answer.error.code, (codes.get(answer.error.code) ?? 0) + 1);
  });
  await fc.assert(property, { numRuns: RUNS, seed: SEED, endOnFailure: true });

  // It meant something: what can be answered well was, again and again.
  const RARE = [
    'session.beginAnew',
    // Only where nothing says which server it is.
    'session.chooseServer',
    'patron.decide',
    'patron.delete',
    'patron.deleteFile',
    'patron.openLinked',
    'patron.showFile',
    'sync.retry',
    'sync.withdraw',
  ];
  expect(NAMES.filter((name) => !answeredWell.has(name) && !RARE.includes(name))).toEqual([]);
  expect([...codes.keys()]).not.toContain('internal');
  const refusals = ['requestRefused', 'serverAway', 'serverRubbish', 'invalid', 'patronUnknown'];
  expect(refusals.filter((code) => !codes.has(code))).toEqual([]);
}, 300_000);

/** What tells nothing of patrons, and does nothing to them. */
const ANYTIME: RequestName[] = [
  'session.state',
  'session.libraries',
  'session.signIn',
  'session.signOut',
  'session.lock',
  'patron.cancelDownload',
  'sync.now',
  'preferences.choose',
  'window.toSearch',
  'window.hide',
  'window.touched',
  'window.unsaved',
  'window.close',
];

test.each(['locked', 'signedOut'] as const)(
  'a desk that is %s answers nothing about patrons',
  async (status) => {
    const { session } = desk.parts;
    setLine('good');
    await desk.signIn();
    if (status === 'locked') session.lock();
    else await session.signOut();
    const names = NAMES.filter((name) => !ANYTIME.includes(name));
    expect(names.length).toBeGreaterThan(25);
    const heard = new Set<string>();
    const property = fc.asyncProperty(
      fc
        .constantFrom(...names)
        .chain((name) => fc.tuple(fc.constant(name), fitting(requests[name].args, ids))),
      async ([name, args]) => {
        const kinds: readonly string[] = requests[name].windows;
        const [sender, kind] = [...owners]
          .map(([window, owner]) => [window, owner.kind] as const)
          .find((one) => kinds.includes(one[1])) ?? [undefined, 'desk'];
        const answer = await ask({ sender, senderFrame: PAGES[kind] }, name, args);
        if (answer.ok) heard.add(name);
        else if (!['locked', 'signedOut', 'requestRefused'].includes(answer.error.code))
          heard.add(`${name}: ${answer.error.code}`);
        expect(session.state.status).toBe(status);
      },
    );
    await fc.assert(property, { numRuns: 600, seed: SEED, endOnFailure: true });
    expect([...heard]).toEqual([]);
  },
  60_000,
);

test('a Failure thrown anywhere keeps what staff may see, and nothing else', () => {
  const failure = new Failure({ code: 'invalid', fields: [{ field: 'x', code: 'required' }] }, 'secret');
  expect(JSON.stringify(deskErrorSchema.parse({ ...failure.error, reference: 'r' }))).not.toContain('secret');
});
