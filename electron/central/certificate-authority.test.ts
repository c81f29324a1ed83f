// Certificates that are wrong in one way each (tests/fixtures/certificates/make.sh), against the library's authority.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CertificateAuthority } from './certificate-authority.ts';

const read = (name: string) =>
  readFileSync(join(import.meta.dirname, '../../tests/fixtures/certificates', `${name}.pem`), 'utf8');
const chainIn = (name: string) => read(name).match(/-----BEGIN[^]+?END CERTIFICATE-----/g) ?? [];
const clock = { now: () => Date.now() };
const library = new CertificateAuthority(read('library'), clock);
const believes = (name: string, hostname = '127.0.0.1') => library.standsBehind(hostname, chainIn(name));

test('a server whose certificate the authority signed is believed, through an intermediate too', async () => {
  expect(await believes('good')).toBe(true);
  expect(await believes('good', 'localhost')).toBe(true);
  expect(await believes('through-intermediate')).toBe(true);
  expect(await believes('pss-sha256')).toBe(true);
});

test.each([
  ['signed by an authority of the same name', 'strangers'],
  ['for another host', 'other-host'],
  ['for clients, not for servers', 'for-clients'],
  ['signed with a server’s certificate, which is no authority', 'by-a-leaf'],
  ['below more authorities than one of them allows', 'path-too-long'],
  ['outside the names that its authority may sign', 'out-of-bounds'],
  ['of the authority itself', 'library'],
  ['below an authority for e-mail', 'below-mail'],
  ['below an authority with a critical extension that nobody knows', 'below-unheard-of'],
  ['with a critical extension that nobody knows', 'itself-unheard-of'],
  ['signed over SHA-1', 'pkcs1-sha1'],
  ['signed over SHA-1, by RSA-PSS', 'pss-sha1'],
  ['signed over SHA-1, by ECDSA', 'ecdsa-sha1'],
  ['signed over MD5', 'pkcs1-md5'],
  ['whose key is of RSA with 1024 bits', 'rsa-1024'],
])('a certificate %s is not believed', async (_how, name) => {
  expect(await believes(name)).toBe(false);
});

test('an expired certificate is not believed, nor one from the future', async () => {
  const at = (date: string) => new CertificateAuthority(read('library'), { now: () => Date.parse(date) });
  expect(await at('2500-01-01').standsBehind('127.0.0.1', chainIn('good'))).toBe(false);
  expect(await at('1999-01-01').standsBehind('127.0.0.1', chainIn('good'))).toBe(false);
});

test('an empty chain, and one without its intermediate, is not believed', async () => {
  expect(await library.standsBehind('127.0.0.1', [])).toBe(false);
  expect(await library.standsBehind('127.0.0.1', chainIn('through-intermediate').slice(0, 1))).toBe(false);
});

test('of several authorities, each will do', async () => {
  const both = new CertificateAuthority(`${read('stranger')}\n${read('library')}`, clock);
  expect(await both.standsBehind('127.0.0.1', chainIn('good'))).toBe(true);
  expect(await both.standsBehind('127.0.0.1', chainIn('strangers'))).toBe(true);
});
