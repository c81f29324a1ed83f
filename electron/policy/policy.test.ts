import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { isSafeAddress, readPolicy } from './policy.ts';

const policyFile = (text: string) => {
  const file = join(mkdtempSync(join(tmpdir(), 'circdesk-policy-')), 'policy.json');
  writeFileSync(file, text);
  return file;
};

test('a policy names its server', () => {
  const file = policyFile('{"server":{"url":"https://library.example/"}}');
  expect(readPolicy(file)).toMatchObject({ server: { url: 'https://library.example/' } });
});

test.each([
  ['not JSON', '{', 'the file: is not JSON'],
  ['an unknown word', '{"sever":{}}', 'sever'],
  [
    'plain http to another machine',
    '{"server":{"url":"http://library.example/"}}',
    'server.url: must be https',
  ],
])('%s is named in the message', (_what, text, named) => {
  expect(() => readPolicy(policyFile(text))).toThrow(named);
});

test.each([
  ['https://library.example/', true],
  ['http://127.0.0.1:8080/', true],
  ['http://localhost:1/', true],
  ['http://127.0.0.1.library.example/', false],
  ['http://library.example/', false],
  ['https://staff:secret@library.example/', false],
  ['file:///etc/passwd', false],
  ['nonsense', false],
])('address %s is safe: %s', (address, safe) => {
  expect(isSafeAddress(address)).toBe(safe);
});
