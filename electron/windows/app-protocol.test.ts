// What can be asked of app://circdesk: the files that were built, and nothing beside them.
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { appProtocol, isOurAddress } from './app-protocol.ts';

const folder = mkdtempSync(join(tmpdir(), 'circdesk-pages-'));
const pages = join(folder, 'renderer');
mkdirSync(join(pages, 'desk'), { recursive: true });
writeFileSync(join(pages, 'desk/index.html'), 'the page');
writeFileSync(join(pages, 'desk/notes.txt'), 'of no type that a page needs');
writeFileSync(join(folder, 'secret.js'), 'outside');
symlinkSync(join(folder, 'secret.js'), join(pages, 'linked.js'));
const answer = appProtocol(pages);
writeFileSync(join(pages, 'late.js'), 'put there after the start');
afterAll(() => {
  rmSync(folder, { recursive: true });
});
/** Said once more, to the letter: most of it is one more wall behind another, and no attack tells that it is gone. */
const HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self'; connect-src 'none'; " +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; " +
    'trusted-types vue; sandbox allow-scripts allow-same-origin allow-forms allow-modals',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'connection-allowlist': '(response-origin "*://*:*/*"); webrtc=block',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
  'cross-origin-resource-policy': 'same-origin',
};
const asked = (url: string, method = 'GET') => answer(new Request(url, { method }));

test('a page is answered under its policy', async () => {
  const page = await asked('app://circdesk/desk/index.html');
  expect([page.status, await page.text()]).toEqual([200, 'the page']);
  page.headers.delete('permissions-policy');
  expect(Object.fromEntries(page.headers)).toEqual(HEADERS);
});

test('a page gets nothing that Chromium has on other systems than this one', async () => {
  const { headers } = await asked('app://circdesk/desk/index.html');
  const features = headers.get('permissions-policy')?.split(', ');
  for (const feature of ['bluetooth', 'web-share', 'web-printing', 'smart-card', 'writer', 'direct-sockets'])
    expect(features).toContain(`${feature}=()`);
});

test.each([
  // A page could ask for one file under ever new addresses, past Chromium's memory.
  'app://circdesk/desk/index.html?1',
  'app://circdesk/../secret.js',
  'app://circdesk/desk/../../secret.js',
  'app://circdesk/%2e%2e/secret.js',
  'app://circdesk/..%2fsecret.js',
  'app://circdesk/%2e%2e%2fsecret.js',
  'app://circdesk/..\\secret.js',
  'app://circdesk/..%5csecret.js',
  'app://circdesk//etc/passwd',
  'app://circdesk/desk/index.html%00.js',
  'app://circdesk/desk/index.html/',
  'app://circdesk/desk',
  'app://circdesk/',
  'app://circdesk/linked.js',
  'app://circdesk/late.js',
  'app://circdesk/desk/notes.txt',
  'app://circdesk/constructor',
  'app://circdesk/__proto__',
  'app://evil/desk/index.html',
  'app://circdesk.evil/desk/index.html',
  'app://CIRCDESK/desk/index.html',
  'app://circdesk:1/desk/index.html',
])('%s is not there', async (url) => {
  expect((await asked(url)).status).toBe(404);
});

test.each(['POST', 'PUT', 'DELETE', 'HEAD', 'OPTIONS'])('%s is no way to ask for a page', async (method) => {
  expect((await asked('app://circdesk/desk/index.html', method)).status).toBe(404);
});

test.each([
  ['app://circdesk/desk/index.html', true],
  ['APP://circdesk/', true],
  ['app://circdesk', true],
  ['app://circdesk@evil/', false],
  ['app://eva:secret@circdesk/', false],
  ['app://eva@circdesk/', false],
  ['app:circdesk', false],
  ['https://circdesk/', false],
  ['blob:app://circdesk/1', false],
  ['', false],
])('%s is ours: %s', (address, ours) => {
  expect(isOurAddress(address)).toBe(ours);
});
