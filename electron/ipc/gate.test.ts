// What a page that was taken over may try at the gate, one attack each.
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { requests, type RequestArgs, type RequestName, type WindowKind } from '../../shared/ipc/contract.ts';
import type { Result } from '../../shared/ipc/errors.ts';
import { LARGEST } from '../../shared/ipc/small.ts';
import { Failure } from '../support/failure.ts';
import type { WindowOwner } from '../windows/windows.ts';
import { openGate, type Handlers } from './gate.ts';

const OUR_PAGE = { url: 'app://circdesk/patron/index.html', parent: null };
const DESK_PAGE = { url: 'app://circdesk/desk/index.html', parent: null };
const PATRON = 'd9428888-122b-41e1-b85c-61b0bd7dd2f8';
const deskWindow = {};
const patronWindow = {};
const owners = new Map<object, WindowOwner>([
  [deskWindow, { kind: 'desk' }],
  [patronWindow, { kind: 'patron', patronId: PATRON }],
]);

let now = 0;
let newReference = 'ref';
let lines: unknown[] = [];
const heard = vi.fn<(args: unknown, asker: object) => unknown>();
let ask: (event: unknown, name: unknown, args?: unknown) => Promise<Result<unknown>>;

beforeEach(() => {
  now = 0;
  newReference = 'ref';
  lines = [];
  heard.mockReset().mockReturnValue({});
  openGate(
    { handle: (_channel, listener) => void (ask = listener as never) },
    {
      handlers: () => new Proxy({}, { get: () => heard }) as Handlers,
      ownerOf: (contents) => owners.get(contents),
      newReference: () => newReference,
      counter: () => now,
      log: { write: (what, facts) => void lines.push({ what, ...facts }), trouble: () => undefined },
    },
  );
});

const asks = (
  name: unknown,
  args: unknown = {},
  sender: object = patronWindow,
  senderFrame: unknown = sender === deskWindow ? DESK_PAGE : OUR_PAGE,
) => ask({ sender, senderFrame }, name, args);
const senderOf = (name: RequestName) =>
  requests[name].windows.some((kind) => kind === 'patron') ? patronWindow : deskWindow;
const REFUSED = { ok: false, error: { code: 'requestRefused', reference: 'ref' } };

type Windows = readonly WindowKind[];
const DESK: Windows = ['desk'];
const PATRONS: Windows = ['patron'];
const BOTH: Windows = ['desk', 'patron'];
const OFTEN = [400, 10] as const;
/** Said once more: which windows may ask, so often at once, and from then on once in so many ms. */
const MAY: Record<RequestName, readonly [windows: Windows, burst: number, everyMs: number]> = {
  'session.state': [BOTH, ...OFTEN],
  'session.beginAnew': [DESK, 3, 10_000],
  'session.chooseServer': [DESK, 10, 2_000],
  'session.libraries': [BOTH, 20, 1_000],
  'session.signIn': [BOTH, 10, 2_000],
  'session.signOut': [DESK, ...OFTEN],
  'session.lock': [BOTH, 5, 5_000],
  'preferences.choose': [BOTH, 20, 500],
  'patrons.search': [DESK, 200, 17],
  'patrons.open': [DESK, 20, 500],
  'patrons.recent': [DESK, ...OFTEN],
  'scan.find': [BOTH, 20, 500],
  'scan.open': [BOTH, 20, 500],
  'patron.read': [PATRONS, 60, 100],
  'patron.openLinked': [PATRONS, 20, 500],
  'patron.guarantors': [PATRONS, 40, 250],
  'patron.notifications': [PATRONS, 20, 500],
  'patron.agreements': [PATRONS, 20, 500],
  'patron.saveSection': [PATRONS, 20, 1_000],
  'patron.decide': [PATRONS, 20, 1_000],
  'patron.setPin': [PATRONS, 10, 5_000],
  'patron.block': [PATRONS, 10, 2_000],
  'patron.unblock': [PATRONS, 10, 2_000],
  'patron.delete': [PATRONS, 10, 5_000],
  'patron.openOutside': [PATRONS, 10, 2_000],
  'patron.downloadQuestions': [PATRONS, ...OFTEN],
  'patron.download': [PATRONS, 10, 5_000],
  'patron.cancelDownload': [PATRONS, ...OFTEN],
  'patron.showFile': [PATRONS, 10, 2_000],
  'patron.deleteFile': [PATRONS, ...OFTEN],
  'sync.acts': [DESK, ...OFTEN],
  'sync.retry': [DESK, 100, 200],
  'sync.withdraw': [DESK, 100, 200],
  'sync.pauseFill': [DESK, ...OFTEN],
  'sync.noteUnseen': [DESK, ...OFTEN],
  'sync.now': [DESK, 20, 1_000],
  'sync.acceptLoss': [DESK, ...OFTEN],
  'window.toSearch': [PATRONS, 20, 500],
  'window.hide': [BOTH, 10, 2_000],
  'window.touched': [BOTH, ...OFTEN],
  'window.unsaved': [PATRONS, ...OFTEN],
  'window.close': [PATRONS, ...OFTEN],
};
const NAMES = Object.keys(MAY) as RequestName[];

/** Arguments that fit, where a request has some. */
const FITTING: Partial<{ [N in RequestName]: RequestArgs<N> }> = {
  'session.chooseServer': { address: 'a.test' },
  'session.signIn': { library: 'north', username: 'eva', password: 'guess', discard: false },
  'session.signOut': { discard: true },
  'patrons.search': { query: '', offset: 0, limit: 1, order: 'plain', from: 'copy' },
  'patrons.open': { patronId: PATRON },
  'scan.find': { card: '21100001' },
  'patron.read': { fresh: true },
  'patron.openLinked': { patronId: PATRON },
  'patron.guarantors': { name: '', order: 'plain' },
  'patron.saveSection': { section: 'note', base: { values: {}, tag: 't' }, changes: {} },
  'patron.decide': { act: PATRON, changes: {} },
  'patron.setPin': { pin: '1234' },
  'patron.block': { comment: 'x' },
  'patron.unblock': { blocks: [PATRON], comment: 'x' },
  'patron.delete': { tag: 't' },
  'patron.download': { requester: 'unchecked', saveElsewhere: false },
  'patron.showFile': { file: 'f' },
  'patron.deleteFile': { file: 'f' },
  'sync.retry': { act: PATRON },
  'sync.withdraw': { act: PATRON },
  'sync.pauseFill': { paused: true },
  'window.unsaved': { unsaved: true },
};

describe('who asks', () => {
  test.each([
    ['a window that is none of ours', {}, OUR_PAGE],
    ['a frame in our page', patronWindow, { url: OUR_PAGE.url, parent: OUR_PAGE }],
    ['a document that is gone', patronWindow, null],
    ['a page of another site in our window', patronWindow, { url: 'https://elsewhere.test/', parent: null }],
    ['a host that only begins like ours', patronWindow, { url: 'app://circdesk.evil/', parent: null }],
    ['an address with our name as its user', patronWindow, { url: 'app://circdesk@evil/', parent: null }],
    [
      'an address that only quotes ours',
      patronWindow,
      { url: 'https://evil/?app://circdesk/', parent: null },
    ],
    ['the page of another window', patronWindow, DESK_PAGE],
    ['an address that a page gave itself', patronWindow, { url: `${OUR_PAGE.url}?x`, parent: null }],
    ['an empty page', patronWindow, { url: 'about:blank', parent: null }],
  ])('%s is not heard', async (_who, sender, frame) => {
    expect(await asks('patron.read', { fresh: false }, sender, frame)).toEqual(REFUSED);
    expect(heard).not.toHaveBeenCalled();
  });

  test('who asks is read before anything is awaited: the frame may be another one by then', async () => {
    let reads = 0;
    const event = {
      sender: patronWindow,
      get senderFrame() {
        return reads++ === 0 ? OUR_PAGE : null;
      },
    };
    await ask(event, 'window.close', {});
    expect(reads).toBe(1);
    expect(heard).toHaveBeenCalledOnce();
  });
});

describe('what a window may ask', () => {
  test('no window may ask for more than it shows', () => {
    expect(Object.keys(requests).sort()).toEqual([...NAMES].sort());
    for (const name of NAMES) expect([name, requests[name].windows]).toEqual([name, MAY[name][0]]);
  });

  test.each(NAMES.filter((name) => MAY[name][0].length === 1))(
    '%s is refused to the other kind of window',
    async (name) => {
      const other = senderOf(name) === deskWindow ? patronWindow : deskWindow;
      expect(await asks(name, FITTING[name] ?? {}, other)).toEqual(REFUSED);
      expect(heard).not.toHaveBeenCalled();
    },
  );

  test('a patron window that names another patron is answered about its own', async () => {
    await asks('patron.block', { comment: 'x', patronId: 'another', kind: 'desk', contents: 'another' });
    expect(heard).toHaveBeenCalledWith(
      { comment: 'x' },
      { kind: 'patron', patronId: PATRON, contents: patronWindow },
    );
  });

  test('a patron whose id is said in capitals is the same one: no second window, nothing beside the copy', async () => {
    await asks('patrons.open', { patronId: PATRON.toUpperCase() }, deskWindow);
    expect(heard).toHaveBeenCalledWith({ patronId: PATRON }, expect.anything());
  });

  test.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty', '', 'patron', 'patron.read\0'])(
    'there is no request %j',
    async (name) => {
      expect(await asks(name)).toEqual(REFUSED);
    },
  );

  test.each([[['patron.setPin']], [[['patron.setPin']]]])(
    '%j is no request, nor one that each time is counted anew',
    async (name) => {
      expect(await asks(name, FITTING['patron.setPin'])).toEqual(REFUSED);
      expect(heard).not.toHaveBeenCalled();
    },
  );

  test('a name that a page made up, a patron’s perhaps, reaches no log', async () => {
    expect(await asks('Plantedsson 19811218')).toEqual(REFUSED);
    expect(lines).toMatchObject([{ request: 'unknown request' }]);
  });
});

describe('too large, or no form’s', () => {
  let deep: unknown = 0;
  for (let level = 0; level < 100_000; level++) deep = [deep];
  const circular: Record<string, unknown> = {};
  circular['round'] = circular;
  test.each([
    ['a text of megabytes', 'x'.repeat(2_000_000)],
    ['many texts', Array.from({ length: 200 }, () => 'x'.repeat(1_000))],
    ['long names', { ['x'.repeat(LARGEST.characters)]: 1 }],
    ['a hundred thousand values', Array.from({ length: 100_000 }, () => 0)],
    ['a list that is nearly all holes', new Array(4_000_000_000)],
    ['nesting without end', deep],
    ['a ring', circular],
    ['bytes', new Uint8Array(10)],
    ['a Map', new Map([['a', 1]])],
    ['a Date', new Date()],
    ['a number that JSON has not', Infinity],
    ['a whole number beyond all', 1n],
    ['an error', new Error('x')],
  ])('%s is refused before any schema walks through it', async (_what, value) => {
    const args = { section: 'note', base: { values: {}, tag: 't' }, changes: { staffNote: value } };
    const began = performance.now();
    expect(await asks('patron.saveSection', args)).toEqual(REFUSED);
    expect(performance.now() - began).toBeLessThan(200);
    expect(heard).not.toHaveBeenCalled();
  });

  test('the longest note that may be written is taken, with the one before', async () => {
    heard.mockReturnValue({ saved: 'waiting' });
    const note = 'Å'.repeat(10_000);
    const args = {
      section: 'note',
      base: { values: { staffNote: note }, tag: 't' },
      changes: { staffNote: note },
    };
    expect(await asks('patron.saveSection', args)).toEqual({ ok: true, value: { saved: 'waiting' } });
  });
});

const text = (length: number) => 'x'.repeat(length);
const number = (value: number) => value;

describe('one beyond the largest', () => {
  test.each<[RequestName, string, (size: number) => unknown, number]>([
    ['session.chooseServer', 'address', text, 500],
    ['session.signIn', 'library', text, 60],
    ['session.signIn', 'username', text, 200],
    ['session.signIn', 'password', text, 1_000],
    ['patrons.search', 'query', text, 200],
    ['patrons.search', 'offset', number, 1_000_000],
    ['patrons.search', 'limit', number, 200],
    ['scan.find', 'card', text, 60],
    ['patron.guarantors', 'name', text, 200],
    ['patron.saveSection', 'base', (length) => ({ values: {}, tag: text(length) }), 100],
    ['patron.saveSection', 'base', (length) => ({ values: { [text(length)]: '' }, tag: 't' }), 60],
    ['patron.saveSection', 'changes', (length) => ({ [text(length)]: '' }), 60],
    ['patron.decide', 'changes', (length) => ({ [text(length)]: '' }), 60],
    ['patron.setPin', 'pin', (length) => '1'.repeat(length), 20],
    ['patron.block', 'comment', text, 2_000],
    ['patron.unblock', 'comment', text, 2_000],
    ['patron.unblock', 'blocks', (length) => new Array(length).fill(PATRON), 100],
    ['patron.delete', 'tag', text, 100],
    ['patron.showFile', 'file', text, 100],
    ['patron.deleteFile', 'file', text, 100],
  ])('of %s (%s) is refused', async (name, field, of, most) => {
    await asks(name, { ...FITTING[name], [field]: of(most) }, senderOf(name));
    expect(heard).toHaveBeenCalledOnce();
    expect(await asks(name, { ...FITTING[name], [field]: of(most + 1) }, senderOf(name))).toEqual(REFUSED);
    expect(heard).toHaveBeenCalledOnce();
  });
});

describe('too often', () => {
  const often = async (times: number, name: string, args: unknown, sender = patronWindow) => {
    const answers = [];
    for (let time = 0; time < times; time++) answers.push(await asks(name, args, sender));
    return answers.filter((answer) => !answer.ok && answer.error.code === 'tooManyRequests').length;
  };

  test('a window that asks without pause is held up, and told until when; another one is not', async () => {
    expect(await often(1_000, 'window.unsaved', { unsaved: true })).toBe(600);
    const answer = await asks('window.unsaved', { unsaved: true });
    expect(answer).toMatchObject({ error: { retryAt: expect.stringMatching(/Z$/) as string } });
    expect((await asks('session.lock', {}, deskWindow)).ok).toBe(true);
    now += 1_000;
    expect((await asks('window.unsaved', { unsaved: true })).ok).toBe(true);
  });

  test.each(NAMES)('%s is answered so many times at once, and slowly from then on', async (name) => {
    const [, burst, everyMs] = MAY[name];
    expect(await often(500, name, {}, senderOf(name))).toBe(500 - burst);
    now += everyMs;
    expect(await often(10, name, {}, senderOf(name))).toBe(9);
  });

  test('requests that a window may not make, and those of strangers, are held up like others', async () => {
    expect(await often(1_000, 'patrons.search', {})).toBe(600);
    expect(await often(1_000, '__proto__', {}, {})).toBe(600);
    expect(await often(1_000, 'session.state', {}, deskWindow)).toBe(600);
  });

  test.each([
    ['is held up', 'window.unsaved', { unsaved: true }, 1],
    ['fits no contract', 'window.unsaved', { unsaved: 'x' }, 10],
    ['this window may not ask', 'patrons.search', {}, 10],
  ])('what %s pushes nothing else out of the log', async (_what, name, args, pause) => {
    for (let times = 0; times < 6_000; times++) {
      now += pause;
      await asks(name, args);
    }
    expect(lines.length).toBeGreaterThan(0);
    expect(lines.length).toBeLessThan(10);
  });

  test('what fails once more has the reference that finds it in the log; another window has its own line', async () => {
    heard.mockImplementation(() => {
      throw new Failure({ code: 'serverAway' });
    });
    const failsAt = async (ms: number, sender = patronWindow) => {
      now = ms;
      newReference = `of ${ms}`;
      const answer = await asks('session.lock', {}, sender);
      return answer.ok ? undefined : answer.error.reference;
    };
    expect(await failsAt(0)).toBe('of 0');
    expect(await failsAt(9_999)).toBe('of 0');
    expect(await failsAt(9_999, deskWindow)).toBe('of 9999');
    expect(await failsAt(10_000)).toBe('of 10000');
    expect(lines).toMatchObject([{ reference: 'of 0' }, { reference: 'of 9999' }, { reference: 'of 10000' }]);
  });
});

describe('what goes back', () => {
  test('a result that the contract does not know is none, and what is too much of it stays in main', async () => {
    heard.mockReturnValue({ saved: 'perhaps' });
    expect(await asks('patron.block', { comment: 'x' })).toMatchObject({ error: { code: 'internal' } });
    heard.mockReturnValue({ saved: 'waiting', refreshToken: 'secret' });
    expect(await asks('patron.block', { comment: 'x' })).toEqual({ ok: true, value: { saved: 'waiting' } });
  });

  test('whose a scanned card is, only where it is out of use', async () => {
    const find = async (state: string) => {
      heard.mockReturnValue({ scan: 1, found: { state, name: 'Ada Öberg' } });
      return asks('scan.find', { card: '21100001' });
    };
    expect(await find('active')).toEqual({ ok: true, value: { scan: 1, found: { state: 'active' } } });
    const lost = { state: 'lost', name: 'Ada Öberg' };
    expect(await find('lost')).toEqual({ ok: true, value: { scan: 1, found: lost } });
  });

  test('of whoever could be a guarantor, what tells them apart, and no more of them than that takes', async () => {
    const choice = { id: PATRON, givenName: 'Ada', familyName: 'Ek', birthDate: '1980-01-02', town: 'Umeå' };
    const more = { cardNumber: '21100001', addressLine: 'Storgatan 1', postcode: '90325', category: 'adult' };
    const find = (count: number) => {
      const found = { ...choice, ...more, branch: 'main', blocked: true, debtBlocked: true };
      heard.mockReturnValue({ patrons: Array.from({ length: count }, () => found) });
      return asks('patron.guarantors', { name: 'Ek', order: 'plain' });
    };
    expect(await find(8)).toEqual({ ok: true, value: { patrons: Array.from({ length: 8 }, () => choice) } });
    expect(await find(9)).toMatchObject({ error: { code: 'internal' } });
  });

  test('an error says what the contract lets it say', async () => {
    heard.mockImplementation(() => {
      throw Object.assign(new Failure({ code: 'invalid', stack: 'at /home/eva' } as never, 'because'));
    });
    expect(await asks('patron.block', { comment: 'x' })).toEqual({
      ok: false,
      error: { code: 'invalid', reference: 'ref' },
    });
    heard.mockImplementation(() => {
      throw new Error('near "Öberg": syntax error');
    });
    const answer = await asks('patron.block', { comment: 'x' });
    expect(answer).toEqual({ ok: false, error: { code: 'internal', reference: 'ref' } });
    expect(JSON.stringify([answer, lines])).not.toContain('Öberg');
  });
});
