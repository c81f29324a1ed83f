// What an installer would hold: electron-builder packs directories for real, from a minimal folder in place of Electron's
// distribution, and the packed files are looked at, and run on the Chromium host.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { extractAll, listPackage } from '@electron/asar';
import { FuseV1Options, getCurrentFuseWire } from '@electron/fuses';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bundle } from '../../build/bundle.ts';

const root = join(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'circdesk-packed-'));
const recipe = readFileSync(join(root, 'electron-builder.yml'), 'utf8');

/** The fuses as the recipe decides them, by the names that the tool has for them. */
const decided = new Map(
  [
    ...(/^electronFuses:\n((?: {2}.*\n)+)/m.exec(recipe)?.[1] ?? '').matchAll(
      /^ {2}([a-z]\w+): (true|false)$/gm,
    ),
  ].map(([, name = '', on]) => [name.slice(0, 1).toUpperCase() + name.slice(1), on === 'true']),
);
const FUSES = Object.keys(FuseV1Options).filter((name) => Number.isNaN(Number(name)));

/** As `@electron/fuses` finds it in a binary. */
const [SENTINEL, OFF, ON] = ['dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX', 48, 49];

/** A folder that electron-builder takes for Electron's. Its binary is nothing but fuses, all the wrong way round. */
function makeMinimalElectron(): string {
  const electron = join(folder, 'electron');
  mkdirSync(join(electron, 'resources'), { recursive: true });
  const wire = FUSES.map((name) => (decided.get(name) ? OFF : ON));
  const binary = [
    Buffer.alloc(64),
    Buffer.from(SENTINEL),
    Buffer.from([1, wire.length, ...wire]),
    Buffer.alloc(64),
  ];
  writeFileSync(join(electron, 'electron'), Buffer.concat(binary));
  chmodSync(join(electron, 'electron'), 0o755);
  for (const name of ['LICENSE', 'LICENSES.chromium.html', 'version'])
    writeFileSync(join(electron, name), '');
  return electron;
}

beforeAll(async () => {
  if (!existsSync(join(root, 'out/main/main.js'))) await bundle();
  execFileSync(
    process.execPath,
    [
      join(root, 'node_modules/electron-builder/cli.js'),
      ...['--linux', 'dir', '--x64', '--arm64', '--publish', 'never', '--config', 'electron-builder.yml'],
      `-c.electronDist=${makeMinimalElectron()}`,
      `-c.directories.output=${join(folder, 'packed')}`,
    ],
    { cwd: root, stdio: 'pipe', env: { ...process.env, SOURCE_DATE_EPOCH: '0' } },
  );
}, 120_000);
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const packed = (arch: string) =>
  join(folder, 'packed', arch === 'x64' ? 'linux-unpacked' : `linux-${arch}-unpacked`);
const asar = (arch: string) => join(packed(arch), 'resources/app.asar');
const filesIn = (where: string) =>
  globSync('**', { cwd: where, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(where.length + 1))
    .sort();

describe.each(['x64', 'arm64'])('packed for linux-%s', (arch) => {
  const native = `node_modules/better-sqlite3/prebuilds/linux-${arch}.node`;

  test('beside resources lies what Electron brings, and nothing of ours', () => {
    const beside = filesIn(packed(arch)).filter((name) => !name.startsWith('resources/'));
    expect(beside).toEqual(['LICENSE.electron.txt', 'LICENSES.chromium.html', 'circdesk', 'version']);
  });

  test('resources hold the asar, and beside it one native module, the target’s', () => {
    expect(filesIn(join(packed(arch), 'resources'))).toEqual(['app.asar', `app.asar.unpacked/${native}`]);
  });

  test('the asar holds what was built, the native module’s own scripts, and nothing else', () => {
    const expected = [
      /^package\.json$/,
      /^out\/licences\.json$/,
      /^out\/(main\/main|worker\/worker)\.js$/,
      /^out\/preload\/preload\.cjs$/,
      /^out\/renderer\/(desk|patron)\/index\.html$/,
      /^out\/renderer\/print\/patron-data\.css$/,
      /^out\/renderer\/assets\/[\w.-]+\.(js|css|woff2|svg|png)$/,
      /^node_modules\/better-sqlite3\/(package\.json|LICENSE|lib\/(methods\/)?[a-z-]+\.js)$/,
      new RegExp(`^${native}$`),
    ];
    const listed = listPackage(asar(arch), { isPack: false }).map((name) => name.slice(1));
    const folders = new Set(
      listed.flatMap((name) => name.split('/').map((_, at, parts) => parts.slice(0, at).join('/'))),
    );
    const strange = listed.filter(
      (name) => !folders.has(name) && !expected.some((pattern) => pattern.test(name)),
    );
    expect(strange).toEqual([]);
    for (const needed of ['out/main/main.js', 'out/worker/worker.js', 'out/preload/preload.cjs', native])
      expect(listed).toContain(needed);
  });
});

describe('what is packed', () => {
  const extracted = join(folder, 'extracted');
  beforeAll(() => {
    extractAll(asar('x64'), extracted);
    cpSync(`${asar('x64')}.unpacked`, extracted, { recursive: true });
  });
  const texts = () =>
    filesIn(extracted)
      .filter((name) => /\.(js|cjs|css|html|json)$/.test(name))
      .map((name) => [name, readFileSync(join(extracted, name), 'utf8')] as const);

  test('its package.json names no dependency of development, and no script', () => {
    const told = JSON.parse(readFileSync(join(extracted, 'package.json'), 'utf8')) as Record<string, unknown>;
    expect(Object.keys(told)).not.toContain('devDependencies');
    expect(Object.keys(told)).not.toContain('scripts');
    expect(told['main']).toBe('out/main/main.js');
  });

  test.each([
    ['a source map', /sourceMappingURL=/],
    ['a path of the machine that it was built on', new RegExp(root)],
    ['the Chromium host', /Chromium host|chromium-host/],
    ['test code', /vitest|playwright|fast-check/i],
    ['demo data', /makeDemoNetwork|demoAccounts|correct horse/],
    ['the reference server', /fastify|CREATE TABLE push_grant/],
    ['a key or a password', /-----BEGIN (EC |RSA )?PRIVATE KEY-----|npm_[A-Za-z0-9]{36}/],
    [
      'Vue’s development build',
      /You are running a development build of Vue|__VUE_DEVTOOLS_GLOBAL_HOOK__\.emit/,
    ],
    ['eval', /\beval\(|new Function\(/],
  ])('holds nowhere %s', (_what, pattern) => {
    // zod asks once whether it may compile schemas, and is told not to in windows; main never compiles any.
    const own = texts().map(([name, text]) => [
      name,
      text.replace(/new Function\(['"`]['"`]\)|new F\(['"`]['"`]\)/g, ''),
    ]);
    expect(own.filter(([, text = '']) => pattern.test(text)).map(([name]) => name)).toEqual([]);
  });

  test('starts and opens its store with nothing but what is packed', async () => {
    const home = join(folder, 'home');
    mkdirSync(home);
    const log = join(home, 'desk/logs/circdesk.log');
    const app = spawn(
      join(root, 'build/chromium-host/electron'),
      [extracted, `--user-data-dir=${join(home, 'desk')}`, '--server=http://127.0.0.1:9'],
      { stdio: 'ignore', env: { ...process.env, HOME: home, XDG_DATA_HOME: join(home, 'share') } },
    );
    await expect
      .poll(() => existsSync(log) && readFileSync(log, 'utf8'), { timeout: 30_000 })
      .toContain('"started"');
    app.kill('SIGTERM');
    await once(app, 'exit');
    const said = readFileSync(log, 'utf8');
    expect(said).toContain('"store opened"');
    expect(said).not.toContain('trouble');
  }, 60_000);
});

test('more in the recipe, for a system that is not packed here too, is a decision', () => {
  const listed = new Map<string, string[]>();
  for (const [, inside, word = ''] of recipe.matchAll(/^( *)['"]?([\w$-]+)['"]? *:/gm))
    if (inside === '') listed.set(word, []);
    else [...listed.values()].at(-1)?.push(word);
  expect(Object.fromEntries(listed)).toEqual({
    ...{ appId: [], productName: [], copyright: [], files: [], asar: ['smartUnpack'], asarUnpack: [] },
    ...{ directories: ['output', 'buildResources'], npmRebuild: [], electronFuses: expect.any(Array) },
    linux: ['maintainer', 'icon', 'category', 'target', 'executableArgs'],
    win: ['icon', 'target'],
    nsis: ['oneClick', 'perMachine'],
    msi: ['perMachine'],
    mac: ['icon', 'hardenedRuntime', 'entitlements', 'entitlementsInherit', 'target'],
  });
});

test('a deb and an rpm name the project’s page and a maintainer, without whom neither is made', () => {
  const { homepage } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { homepage?: string };
  expect(homepage).toMatch(/^https:\/\//);
  expect(recipe).toMatch(/^linux:\n(?: {2}.*\n)* {2}maintainer: \S.* <\S+@\S+>$/m);
});

test('no installer starts the app with a switch, least of all without its sandbox', () => {
  // What is not said is `--no-sandbox` in an AppImage.
  expect(recipe).toMatch(/^linux:\n(?: {2}.*\n)*? {2}executableArgs: \[\]\n/m);
});

test('on Windows it is installed for all users, where none of them can change it', () => {
  for (const kind of ['nsis', 'msi'])
    expect(recipe).toMatch(new RegExp(`^${kind}:\\n(?: {2}.*\\n)*? {2}perMachine: true\\n`, 'm'));
});

test('on macOS, a hardened runtime lets V8 write code, and nothing else: no libraries of others', () => {
  const mac = /^mac:\n((?: {2}.*\n)+)/m.exec(recipe)?.[1] ?? '';
  expect(mac).toContain('  hardenedRuntime: true\n');
  for (const [, file = ''] of mac.matchAll(/^ {2}entitlements(?:Inherit)?: (.+)$/gm))
    expect(
      [...readFileSync(join(root, file), 'utf8').matchAll(/<key>(.+)<\/key>/g)].map(([, key]) => key),
    ).toEqual(['com.apple.security.cs.allow-jit']);
  expect.assertions(3);
});

describe('fuses', () => {
  test('each that there is, is decided', () => {
    expect([...decided.keys()].sort()).toEqual(FUSES.toSorted());
  });

  test('shut every way to run other code than the packed app', () => {
    expect(Object.fromEntries(decided)).toEqual({
      RunAsNode: false,
      EnableCookieEncryption: true,
      EnableNodeOptionsEnvironmentVariable: false,
      EnableNodeCliInspectArguments: false,
      EnableEmbeddedAsarIntegrityValidation: true,
      OnlyLoadAppFromAsar: true,
      LoadBrowserProcessSpecificV8Snapshot: false,
      GrantFileProtocolExtraPrivileges: false,
    });
  });

  test.each(['x64', 'arm64'])('are set in the packed binary (%s)', async (arch) => {
    const wire = (await getCurrentFuseWire(join(packed(arch), 'circdesk'))) as unknown as Record<
      number,
      number
    >;
    for (const name of FUSES) {
      const at = FuseV1Options[name as keyof typeof FuseV1Options];
      expect([name, wire[at]]).toEqual([name, decided.get(name) ? ON : OFF]);
    }
  });
});
