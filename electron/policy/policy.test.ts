import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, test, vi } from 'vitest';
import { kohaPolicySchema } from './koha-policy.ts';
import { policyJsonSchema } from './policy-schema.ts';
import { isSafeAddress, machinePolicyFile, readPolicy } from './policy.ts';

const policyFile = (text: string | Buffer) => {
  const file = join(mkdtempSync(join(tmpdir(), 'circdesk-policy-')), 'policy.json');
  writeFileSync(file, text);
  return file;
};

test('what a policy says holds, and what it does not say is at its default', () => {
  const file = policyFile('{"server":{"url":"https://library.example/"},"copy":{"scope":"library"}}');
  expect(readPolicy(file)).toMatchObject({
    server: { url: 'https://library.example/' },
    koha: kohaPolicySchema.parse({}),
    copy: { scope: 'library', activeMonths: 24, keepDays: 14, withoutKeyring: 'refuse' },
    offline: { signInHours: 72 },
    lock: { afterMinutes: 10 },
  });
});

test('no file is no policy; an editor that marks its UTF-8 does no harm', () => {
  expect(readPolicy('/nowhere/policy.json').copy.scope).toBe('active');
  expect(readPolicy(policyFile('\uFEFF{"copy":{"keepDays":3}}')).copy.keepDays).toBe(3);
});

test('a file that cannot be read is not passed over', () => {
  expect(() => readPolicy(tmpdir())).toThrow(/can't be read/);
});

test.each(['EACCES', 'EIO'])(
  'a policy that the system does not hand out (%s) is not passed over',
  async (code) => {
    vi.resetModules();
    const readPlainFile = () => {
      throw Object.assign(new Error(code), { code });
    };
    vi.doMock('../support/plain-file.ts', () => ({ readPlainFile }));
    const { readPolicy } = await import('./policy.ts');
    vi.doUnmock('../support/plain-file.ts');
    expect(() => readPolicy(join(tmpdir(), 'circdesk-policy.json'))).toThrow(/can't be read/);
  },
);

test.skipIf(process.platform === 'win32')('a policy that is no plain file keeps no desk waiting', () => {
  const file = join(mkdtempSync(join(tmpdir(), 'circdesk-policy-')), 'policy.json');
  execFileSync('mkfifo', [file]);
  // In a process of its own, which ends where it would wait for somebody who writes.
  const policy = JSON.stringify(join(import.meta.dirname, 'policy.ts'));
  const reads = `import(${policy}).then(({ readPolicy }) => readPolicy(${JSON.stringify(file)}))`;
  const { stderr } = spawnSync(process.execPath, ['-e', reads], { encoding: 'utf8', timeout: 10_000 });
  expect(stderr).toMatch(/can't be read/);
});

test('a link to a share that is away is not taken for no policy', () => {
  const file = join(mkdtempSync(join(tmpdir(), 'circdesk-policy-')), 'policy.json');
  symlinkSync('/mnt/share-that-is-away/policy.json', file);
  expect(() => readPolicy(file)).toThrow(/can't be read/);
  const folder = join(dirname(file), 'circdesk');
  symlinkSync('/mnt/share-that-is-away', folder);
  expect(() => readPolicy(join(folder, 'policy.json'))).toThrow(/can't be read/);
  const notMounted = join(dirname(file), 'policies');
  symlinkSync(mkdtempSync(join(tmpdir(), 'circdesk-share-')), notMounted);
  expect(() => readPolicy(join(notMounted, 'policy.json'))).toThrow(/can't be read/);
});

test('each wrong value is named, not only the first', () => {
  const wrong = policyFile('{"copy":{"scope":"everybody","keepDays":0},"lock":{"afterMinutes":"ten"}}');
  expect(() => readPolicy(wrong)).toThrow(/copy\.scope: [^]*copy\.keepDays: [^]*lock\.afterMinutes: /);
});

test.each([
  ['not JSON', '{', 'the file: is not JSON'],
  ['an unknown word', '{"sever":{}}', 'sever'],
  [
    'a word that would be left out',
    '{"koha":{"permissions":{"__proto__":{"users":["eva"]}}}}',
    'Unrecognized key: "__proto__"',
  ],
  [
    'plain http to another machine',
    '{"server":{"url":"http://library.example/"}}',
    'server.url: must be https',
  ],
  [
    'an address that something would be put behind',
    '{"server":{"url":"https://koha.example/?next=/"}}',
    'server.url: must have neither',
  ],
  [
    'an address that ends elsewhere',
    '{"server":{"url":"https://koha.example/#main"}}',
    'server.url: must have',
  ],
  ['an address without its slashes', '{"server":{"url":"https:koha.example"}}', 'server.url: must be https'],
  ['a limit of debts that nobody can count', '{"koha":{"debtLimit":1e308}}', 'koha.debtLimit: Too big'],
  [
    'a time that is over before a window has looked',
    '{"privacy":{"afterMinutes":1e-12}}',
    'privacy.afterMinutes: must be 0, or at least 0.1',
  ],
  [
    'a certificate authority that would be looked for where the program was started',
    '{"server":{"certificateAuthority":"ca.pem"}}',
    'server.certificateAuthority: must be a whole path',
  ],
  [
    'a secret that would be looked for there',
    '{"koha":{"apiKey":{"clientId":"desk","secretFile":"./secret","staffCategories":["S"]}}}',
    'koha.apiKey.secretFile: must be a whole path',
  ],
  ['a branch without its name', '{"copy":{"scope":"branch"}}', 'copy.branch: is needed'],
  ['a branch without its scope', '{"copy":{"branch":"main"}}', 'copy.branch: needs the scope'],
  [
    'a file in the signs of an old computer',
    Buffer.from('{"koha":{"permissions":{"Delete patron":{"users":["käll"]}}}}', 'latin1'),
    'the file: is not UTF-8',
  ],
  [
    'a section that takes back what one above says',
    '{"koha":{"permissions":{"Delete patron":{"users":["eva"]}}},"koha":{}}',
    'the file: names "koha" twice',
  ],
  [
    'a word that stands twice, however it is written',
    '{"copy":{"keepDays":1},"privacy":{"then":"close","\\u0074hen" : "hide"}}',
    'the file: names "then" twice',
  ],
])('%s is named in the message', (_what, text, named) => {
  expect(() => readPolicy(policyFile(text))).toThrow(named);
});

test('the same word in two places is no repetition, nor what only looks like one', () => {
  const texts = { en: { contact: 'Say "contact": or {contact}' }, sv: { contact: 'contact' } };
  const said = JSON.stringify({ patronData: { texts }, lock: {} }, null, 2);
  expect(readPolicy(policyFile(said)).patronData.texts).toMatchObject(texts);
});

test.each([
  ['win32', 'C:\\ProgramData\\Circdesk\\policy.json'],
  ['darwin', '/Library/Application Support/Circdesk/policy.json'],
  ['linux', '/etc/circdesk/policy.json'],
] as const)('on %s it lies at one place, whatever the user’s variables say', (platform, place) => {
  vi.stubEnv('ProgramData', '/home/eva/mine');
  expect(machinePolicyFile(platform)).toBe(place);
  vi.unstubAllEnvs();
});

test.each([
  ['https://library.example/', true],
  ['http://127.0.0.1:8080/', true],
  ['http://localhost:1/', true],
  ['http://127.0.0.1.library.example/', false],
  ['http://library.example/', false],
  ['https://staff:secret@library.example/', false],
  ['https://staff@library.example/', false],
  ['https://:secret@library.example/', false],
  ['file:///etc/passwd', false],
  ['nonsense', false],
])('address %s is safe: %s', (address, safe) => {
  expect(isSafeAddress(address, { development: true })).toBe(safe);
});

test('docs/policy.schema.json is the schema that policies are judged by', () => {
  const committed = readFileSync(join(import.meta.dirname, '../../docs/policy.schema.json'), 'utf8');
  expect(JSON.parse(committed)).toEqual(JSON.parse(JSON.stringify(policyJsonSchema())));
});

test('what passes as a policy passes its published schema, and what does not fails it', () => {
  const ajv = new Ajv2020({ formats: { uri: true } });
  const fits = ajv.compile(policyJsonSchema());
  expect(
    fits({ server: { url: 'https://library.example/' }, copy: { scope: 'branch', branch: 'main' } }),
  ).toBe(true);
  expect(fits({ copy: { scope: 'everybody' } })).toBe(false);
  expect(fits({ sever: {} })).toBe(false);
  for (const [afterMinutes, good] of [
    [0, true],
    [0.1, true],
    [1440, true],
    [1e-12, false],
    [1441, false],
  ])
    expect([afterMinutes, fits({ privacy: { afterMinutes } })]).toEqual([afterMinutes, good]);
});
