// Which server a desk works with: policy's or the one chosen at first start, recognised once and remembered.
import { beforeEach, expect, test } from 'vitest';
import { Failure, isFailure } from '../support/failure.ts';
import type { CentralServer } from './central-server.ts';
import { ChosenServer, type ChosenServerParts } from './chosen-server.ts';
import type { ServerKind } from './recognise.ts';

let made: [string, ServerKind][];
let remembered: ChosenServerParts['remembered'];
let asked: string[];
let found: ServerKind | undefined;
/** What stands in the desk's encrypted files. */
let kept: Map<string, string>;
const files = {
  recall: (name: string) => Promise.resolve(kept.get(name)),
  remember: async (name: string, value: string) => void kept.set(name, value),
};
beforeEach(() => {
  kept = new Map();
  made = [];
  asked = [];
  remembered = null;
  found = 'koha';
});

const chosen = (parts: Partial<ChosenServerParts> = {}) =>
  new ChosenServer({
    ...{ address: undefined, kind: undefined, remembered, development: false },
    remember: (server) => (remembered = server),
    recognise: (address) => {
      asked.push(address);
      return found ? Promise.resolve(found) : Promise.reject(new Failure({ code: 'serverAway' }));
    },
    make: (address, kind) => {
      made.push([address, kind]);
      return { address, libraries: () => Promise.resolve([]) } as unknown as CentralServer;
    },
    ...parts,
  });
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'done',
    (thrown: unknown) => (isFailure(thrown) ? thrown.error.code : thrown),
  );

test('policy’s server is asked once what it is, and known at the next start without the line', async () => {
  const address = 'https://koha.example/';
  const server = chosen({ address });
  await server.libraries();
  await server.libraries();
  expect([asked, made]).toEqual([[address], [[address, 'koha']]]);
  found = undefined;
  await chosen({ address, remembered }).libraries();
  expect(made).toHaveLength(2);
});

test('another address in policy is asked anew', async () => {
  remembered = { address: 'https://old.example/', kind: 'circdesk' };
  await chosen({ address: 'https://koha.example/', remembered }).libraries();
  expect(made).toEqual([['https://koha.example/', 'koha']]);
});

test.each([
  'http://library.example/',
  'http://127.0.0.1:8080/',
  'https://staff:secret@library.example/',
  'file:///etc/passwd',
  'nonsense',
])('a remembered address that could not be chosen here is not spoken to: %s', async (address) => {
  remembered = { address, kind: 'koha' };
  const server = chosen({ remembered });
  expect(server.isToChoose).toBe(true);
  expect(await codeOf(server.signIn({ library: 'MPL', username: 'lead', password: 'secret' }))).toBe(
    'noServer',
  );
  expect(made).toEqual([]);
});

test('where policy says what it is, nobody is asked', async () => {
  await chosen({ address: 'https://koha.example/', kind: 'koha' }).libraries();
  expect(asked).toEqual([]);
});

test('without the line it is asked again later', async () => {
  found = undefined;
  const server = chosen({ address: 'https://koha.example/' });
  expect(await codeOf(server.libraries())).toBe('serverAway');
  found = 'koha';
  expect(await codeOf(server.libraries())).toBe('done');
});

test('a desk that was told nothing says so, until staff choose', async () => {
  const server = chosen();
  expect(server.isToChoose).toBe(true);
  expect(await codeOf(server.libraries())).toBe('noServer');
  expect(await server.choose('koha.example', files)).toBe('koha');
  expect(remembered).toEqual({ address: 'https://koha.example/', kind: 'koha' });
  expect(await codeOf(server.libraries())).toBe('done');
  expect(await codeOf(server.choose('https://other.example/', files))).toBe('requestRefused');
});

test('a server that answers late does not take the place of the one that staff work with', async () => {
  let answer: () => void = () => undefined;
  const late = new Promise<void>((resolve) => (answer = resolve));
  const server = chosen({
    recognise: async (address) => {
      if (address.includes('evil')) await late;
      return 'koha';
    },
  });
  const second = codeOf(server.choose('evil.example', files));
  expect(await codeOf(server.choose('koha.example', files))).toBe('done');
  answer();
  expect(await second).toBe('requestRefused');
  expect([server.address, remembered?.address]).toEqual(['https://koha.example/', 'https://koha.example/']);
});

test.each([
  ['http://koha.example/', 'addressUnsafe'],
  ['https://staff:secret@koha.example/', 'done'],
  ['file:///etc/passwd', 'addressUnsafe'],
  ['not an address', 'addressUnsafe'],
])('%s as an address: %s', async (typed, code) => {
  const server = chosen();
  expect(await codeOf(server.choose(typed, files))).toBe(code);
  // Whatever stood before the host is not kept.
  expect(JSON.stringify(remembered)).not.toContain('secret');
});

const noTrouble = (_what: string, thrown: unknown) => {
  throw thrown;
};
const ours = { address: 'https://koha.example/', kind: 'koha' } as const;
const strangers = { address: 'https://evil.example/', kind: 'koha' } as const;

test.each([
  ['is gone', null],
  ['names another one', strangers],
])(
  'where what is remembered %s, staff choose the server whose files these are, and no other',
  async (_, is) => {
    await chosen().choose(ours.address, files);
    remembered = is;
    const server = chosen({ remembered });
    await server.bindTo(files, noTrouble);
    expect(server.isToChoose).toBe(true);
    asked = [];
    const refused = await server.choose(strangers.address, files).catch((thrown: unknown) => thrown);
    expect(refused).toMatchObject({ error: { code: 'otherServer', address: ours.address } });
    expect([asked, remembered]).toEqual([[], is]);
    expect(await codeOf(server.libraries())).toBe('noServer');
    expect(await codeOf(server.choose('koha.example', files))).toBe('done');
    expect([server.address, remembered]).toEqual([ours.address, ours]);
  },
);

test('the server of a desk that chose before its files named one is theirs from its next start on', async () => {
  const server = chosen({ remembered: ours });
  await server.bindTo(files, noTrouble);
  expect(server.address).toBe(ours.address);
  const again = chosen();
  await again.bindTo(files, noTrouble);
  expect(await codeOf(again.choose(strangers.address, files))).toBe('otherServer');
});

test('on a full disk a desk goes on with the server that was chosen', async () => {
  const full = { ...files, remember: () => Promise.reject(new Failure({ code: 'diskFull' })) };
  const server = chosen({ remembered: ours });
  const troubles: string[] = [];
  await server.bindTo(full, (what) => troubles.push(what));
  expect([server.address, troubles]).toEqual([ours.address, ['keeping the chosen server']]);
});

test('policy may name the library’s server anew', async () => {
  await chosen().choose(ours.address, files);
  const server = chosen({ address: 'https://new.example/' });
  await server.bindTo(files, noTrouble);
  expect(await codeOf(server.libraries())).toBe('done');
  expect(made.at(-1)).toEqual(['https://new.example/', 'koha']);
});
