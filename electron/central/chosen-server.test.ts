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
beforeEach(() => {
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
  expect(await server.choose('koha.example')).toBe('koha');
  expect(remembered).toEqual({ address: 'https://koha.example/', kind: 'koha' });
  expect(await codeOf(server.libraries())).toBe('done');
  expect(await codeOf(server.choose('https://other.example/'))).toBe('requestRefused');
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
  const second = codeOf(server.choose('evil.example'));
  expect(await codeOf(server.choose('koha.example'))).toBe('done');
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
  expect(await codeOf(server.choose(typed))).toBe(code);
  // Whatever stood before the host is not kept.
  expect(JSON.stringify(remembered)).not.toContain('secret');
});
