import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { isPackaged, startOptions, strangeSwitch, userDataFolder } from './start-options.ts';

const folder = mkdtempSync(join(tmpdir(), 'circdesk-start-'));
const certificate = (name: string) =>
  join(import.meta.dirname, '../../tests/fixtures/certificates', `${name}.pem`);
const clock = { now: () => Date.now() };
const policyOf = (policy: unknown) => {
  const file = join(folder, 'policy.json');
  writeFileSync(file, JSON.stringify(policy));
  return file;
};
const start = (policy: unknown, isPackaged: boolean, switches: Record<string, string> = {}) =>
  startOptions(
    { isPackaged, argv: [], switchValue: (name) => switches[name] ?? '' },
    policyOf(policy),
    clock,
  );

test.each([
  ['/opt/Circdesk/resources/app.asar', true],
  ['C:\\Program Files\\Circdesk\\resources\\app.asar', true],
  ['/home/eva/circdesk', false],
])('a desk that runs from %s is an installed one: %s, whatever its executable is called', (path, is) => {
  expect(isPackaged(path)).toBe(is);
});

test.each([
  '--remote-debugging-port=9222',
  '--remote-debugging-pipe',
  '--REMOTE-DEBUGGING-PORT=9222',
  '-remote-debugging-port=9222',
  '/remote-debugging-port=9222',
  '--inspect',
  '--inspect-brk=0',
  '--js-flags=--expose-gc',
  '--load-extension=/tmp/x',
  '--no-sandbox',
  '--disable-web-security',
  '--ignore-certificate-errors',
  '--host-rules=MAP * 127.0.0.1',
  '--proxy-server=http://127.0.0.1:8080',
  '--log-net-log=/tmp/everything.json',
  '--ssl-key-log-file=/tmp/keys',
  '--password-store=basic',
  '--renderer-cmd-prefix=/tmp/x',
  '--policy=/tmp/mine.json',
  '--server=https://mine.example/',
])('an installed desk does not start with %s', (argument) => {
  const argv = ['circdesk', argument];
  expect(strangeSwitch({ isPackaged: true, argv })).toBe(argument);
  expect(strangeSwitch({ isPackaged: false, argv })).toBeUndefined();
});

test.each([' ', '\t', '\n', '\u00a0', '\u3000', '\u0085', '\r\n '])(
  'nor with a switch behind a blank (%j), which Chromium takes away',
  (blank) => {
    const argv = ['circdesk', `${blank}--remote-debugging-port=9222`];
    expect(strangeSwitch({ isPackaged: true, argv })).toBe('--remote-debugging-port=9222');
  },
);

test.each([
  ['ELECTRON_DISABLE_SANDBOX', '1'],
  ['ELECTRON_DISABLE_SANDBOX', ''],
  ['SSLKEYLOGFILE', '/tmp/keys'],
  ['ELECTRON_ENABLE_LOGGING', 'file'],
  ['ELECTRON_LOG_FILE', '/tmp/log'],
  ['NODE_COMPILE_CACHE', '/tmp/code'],
  ['NODE_REDIRECT_WARNINGS', '/tmp/warnings'],
  ['NODE_V8_COVERAGE', '/tmp/lines'],
])('nor with the variable %s, which says what a switch would', (name, value) => {
  const asked = { argv: ['circdesk'], environment: { LANG: 'sv_SE.UTF-8', [name]: value } };
  expect(strangeSwitch({ isPackaged: true, ...asked })).toBe(name);
  expect(strangeSwitch({ isPackaged: false, ...asked })).toBeUndefined();
});

test('an installed desk starts with what changes its looks, and with what other programs hand over', () => {
  const argv = ['circdesk', '--lang=sv', '--force-device-scale-factor=1.5', '/home/eva/file', 'file'];
  expect(strangeSwitch({ isPackaged: true, argv })).toBeUndefined();
});

test('who starts an installed desk can name neither server nor policy', () => {
  const switches = { server: 'https://mine.example/', policy: '/nowhere/mine.json' };
  const server = { url: 'https://library.example/' };
  expect(start({ server }, true, switches).server).toBe('https://library.example/');
  expect(start({ server }, false, { server: 'https://mine.example/' }).server).toBe('https://mine.example/');
});

test.each(['http://127.0.0.1:8080', 'http://localhost:8080', 'http://[::1]:8080'])(
  'an installed desk does not speak to %s, which has no TLS; a developer’s does',
  (url) => {
    expect(() => start({ server: { url } }, true)).toThrow('must be https');
    expect(start({ server: { url } }, false).server).toBe(url);
  },
);

test.each([
  'http://library.example/',
  'http://127.0.0.1.example.org/',
  'http://localhost.example.org/',
  'https://eva:secret@library.example/',
  'https://token@library.example/',
  'https://:secret@library.example/',
  'ftp://library.example/',
  'file:///etc/passwd',
  'javascript:alert(1)',
])('no desk speaks to %s, and a password in it is not shown', (url) => {
  expect(() => start({}, false, { server: url })).toThrow('must be https');
  expect(() => start({}, false, { server: url })).not.toThrow('secret');
});

test.each([
  ['is not there', '/nowhere/ca.pem', 'ENOENT'],
  ['holds no certificate', policyOf({}), 'no certificate in PEM'],
  ['holds a certificate that is no authority’s', certificate('good'), 'no certificate authority'],
])(
  'a certificate authority whose file %s ends the start: nobody else is believed instead',
  (_how, file, why) => {
    const server = { url: 'https://library.example/', certificateAuthority: file };
    expect(() => start({ server }, true)).toThrow(why);
  },
);

test.skipIf(process.platform === 'win32')(
  'a certificate authority whose file is a device or a pipe is not read: that could go on for ever',
  () => {
    const server = { url: 'https://library.example/', certificateAuthority: '/dev/null' };
    expect(() => start({ server }, true)).toThrow('It is no file.');
  },
);

test('a certificate authority of policy’s is read', () => {
  const server = { url: 'https://library.example/', certificateAuthority: certificate('library') };
  expect(start({ server }, true).certificateAuthority).toBeDefined();
});

test('what a desk keeps stays on its computer: on Windows it follows nobody to the next one', () => {
  const roaming = join(folder, 'Roaming', 'Circdesk');
  const environment = { LOCALAPPDATA: join(folder, 'Local') };
  const of = (platform: NodeJS.Platform, named = '') =>
    userDataFolder({ environment, switchValue: () => named }, platform, roaming);
  expect(of('win32')).toBe(join(folder, 'Local', 'Circdesk'));
  expect(of('linux')).toBe(roaming);
  expect(of('win32', join(folder, 'named'))).toBe(join(folder, 'named'));
});
