// What others wrote: fixed to the byte, under licences that let it ship, named in a bill of materials, and never run at
// installation.
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { beforeAll, describe, expect, test } from 'vitest';
import { bundle } from '../../build/bundle.ts';
import { FINE, licenceProblem } from '../../build/licences.ts';
import { shippedBom } from '../../build/sbom.ts';
import { readShipped } from '../../build/shipped.ts';

const root = join(import.meta.dirname, '../..');
const read = (file: string) => readFileSync(join(root, file), 'utf8');

interface Locked {
  version?: string;
  resolved?: string;
  integrity?: string;
  link?: boolean;
  hasInstallScript?: boolean;
}
const manifest = JSON.parse(read('package.json')) as Record<string, Record<string, string>>;
const lock = JSON.parse(read('package-lock.json')) as { packages: Record<string, Locked> };
const locked = Object.entries(lock.packages).filter(([path]) => path !== '');

test('every version that the project asks for is exact', () => {
  const asked = ['dependencies', 'devDependencies', 'optionalDependencies'].flatMap((kind) =>
    Object.entries(manifest[kind] ?? {}),
  );
  for (const looser of ['overrides', 'peerDependencies', 'bundleDependencies', 'workspaces'])
    expect(manifest).not.toHaveProperty(looser);
  // It is fetched and run before the lockfile is looked at.
  for (const file of ['.ci/run', 'README.md', 'tests/install/install.test.ts'])
    expect(read(file).match(/npm@[\d.]+/g), file).toEqual(['npm@11.19.1']);
  expect(asked.filter(([, version]) => !/^(npm:[a-z0-9-]+@)?\d+\.\d+\.\d+$/.test(version))).toEqual([]);
});

test('the lockfile fixes each package to bytes, and takes none from a repository or a folder', () => {
  expect(
    locked.filter(([, { integrity }]) => !integrity?.startsWith('sha512-')).map(([path]) => path),
  ).toEqual([]);
  expect(locked.filter(([, { link }]) => link)).toEqual([]);
  // Where a package comes from is the machine's own npm to say; one from a repository or a folder would stand here.
  expect(locked.filter(([, { resolved }]) => resolved !== undefined).map(([path]) => path)).toEqual([]);
});

test('no install script runs: npm is told so, and what one would have made is not there', () => {
  expect(read('.npmrc').trim().split('\n')).toEqual([
    'ignore-scripts=true',
    'save-exact=true',
    'engine-strict=false',
    'loglevel=error',
  ]);
  expect(locked.some(([, { hasInstallScript }]) => hasInstallScript)).toBe(true);
  expect(existsSync(join(root, 'node_modules/better-sqlite3/build'))).toBe(false);
  const own = Object.keys(manifest['scripts'] ?? {});
  expect(own.filter((name) => /^(pre|post)?(install|prepare)$/.test(name))).toEqual([]);
});

test('what looks at dependencies does: nothing is left out of it, and no weakness is passed over', () => {
  expect(manifest['scripts']).toMatchObject({
    audit: 'npm audit --audit-level=moderate',
    licences: 'node build/licences.ts',
    sbom: 'node build/sbom.ts',
  });
});

test.each([
  ['names no licence', { licence: '' }],
  ['has to be given away with its source', { licence: 'GPL-3.0-only' }],
  ['has that even behind a network', { licence: 'AGPL-3.0-only' }],
  ['lets one choose, which nobody has', { licence: '(MIT OR GPL-3.0-only)' }],
  ['lets nobody use it for a while', { licence: 'BUSL-1.1' }],
  ['is none', { licence: 'UNLICENSED' }],
  ['brings no text of it', { licence: 'MIT', text: '' }],
])('a package whose licence %s doesn’t ship', (_what, wrong) => {
  const good = { name: 'x', version: '1.0.0', licence: 'MIT', text: 'Permission is hereby granted' };
  expect(licenceProblem(good)).toBeUndefined();
  expect(licenceProblem({ ...good, ...wrong })).toBeDefined();
});

test('a licence more among those that may ship is a decision', () => {
  expect(FINE).toEqual([
    '0BSD',
    'Apache-2.0',
    'BSD-2-Clause',
    'BSD-3-Clause',
    'BlueOak-1.0.0',
    'ISC',
    'MIT',
    'OFL-1.1',
    'blessing',
  ]);
});

describe('what ships', () => {
  beforeAll(async () => {
    if (!existsSync(join(root, 'out/licences.json'))) await bundle();
  });

  test('has a licence that lets it ship, with its text, in a list that ships too', () => {
    const shipped = readShipped();
    expect(shipped.length).toBeGreaterThan(20);
    expect(shipped.map((one) => [one.name, licenceProblem(one)]).filter(([, problem]) => problem)).toEqual(
      [],
    );
    const names = shipped.map(({ name }) => name);
    for (const known of ['vue', 'zod', 'axios', 'better-sqlite3-multiple-ciphers', 'pkijs'])
      expect(names.some((name) => name === known || name.startsWith(`@${known}/`))).toBe(true);
    if (globSync('out/renderer/assets/*.woff2', { cwd: root }).length > 0)
      expect(names.some((name) => name.startsWith('@fontsource'))).toBe(true);
  });

  test('is what a CycloneDX bill of materials names: each with version, licence and hash, Electron among them', () => {
    const bom = shippedBom();
    expect([bom.bomFormat, bom.metadata.component.name]).toEqual(['CycloneDX', 'circdesk']);
    const components = bom.components as unknown as {
      purl: string;
      version: string;
      hashes?: { alg: string }[];
      licenses?: unknown[];
    }[];
    const packages = components.filter(({ purl }) => purl.startsWith('pkg:npm/'));
    expect(packages.filter(({ hashes }) => hashes?.[0]?.alg !== 'SHA-512').map(({ purl }) => purl)).toEqual(
      [],
    );
    expect(components.filter(({ licenses }) => !licenses?.length).map(({ purl }) => purl)).toEqual([]);
    const addresses = components.map(({ purl }) => decodeURIComponent(purl));
    for (const { name, version, inside } of readShipped())
      expect(addresses).toContain(`pkg:${inside === undefined ? 'npm' : 'generic'}/${name}@${version}`);
    expect(addresses).toContain(`pkg:npm/electron@${manifest['devDependencies']?.['electron'] ?? ''}`);
    expect(
      addresses.filter((purl) => /vitest|playwright|eslint|fastify|faker|fast-check/.test(purl)),
    ).toEqual([]);
  });

  test('is as many packages as docs/security.md says: one more is a decision', () => {
    const [, said] = /(\d+) packages that ship/.exec(read('docs/security.md')) ?? [];
    expect(readShipped().filter(({ inside }) => inside === undefined).length).toBe(Number(said));
  });

  test('names what the native module is compiled of, as it says itself, each with its own notice', () => {
    const compiledIn = readShipped().filter(({ inside }) => inside === 'better-sqlite3-multiple-ciphers');
    const database = new Database(':memory:');
    const said = ['sqlite', 'sqlite3mc'].map((of) =>
      database.prepare(`SELECT ${of}_version()`).pluck().get(),
    );
    database.close();
    const versionOf = (wanted: string) => compiledIn.find(({ name }) => name === wanted)?.version;
    expect([versionOf('sqlite'), `SQLite3 Multiple Ciphers ${versionOf('sqlite3mc')}`]).toEqual(said);
    const notices = compiledIn.map(({ name, text }) => [name, text.replace(/\s+/g, ' ')]);
    expect(Object.fromEntries(notices)).toEqual({
      sqlite: expect.stringMatching(
        /^The author disclaims copyright .* never taking more than you give\.$/,
      ) as string,
      sqlite3mc: expect.stringMatching(
        /Copyright \(c\) [\d-]+ Ulrich Telle Permission .* WARRANTY/,
      ) as string,
      libaegis: expect.stringMatching(/Copyright \(c\) [\d-]+ Frank Denis Permission .* WARRANTY/) as string,
      sha2: expect.stringMatching(
        /Copyright \(C\) [\d, ]+ Olivier Gay .* Redistribution .* SUCH DAMAGE\.$/,
      ) as string,
    });
  });
});

test('the same wall around the page stands in the source: no way to markup, code or another program', () => {
  const sources = globSync('{electron,renderer,shared}/**/*.{ts,vue}', { cwd: root }).filter(
    (file) => !/\.test\.ts$|testing/.test(file),
  );
  const FORBIDDEN: [string, RegExp][] = [
    ['markup from text', /v-html|\.innerHTML|outerHTML|insertAdjacentHTML|document\.write/],
    ['code from text', /\beval\(|new Function\(|setTimeout\(\s*['"`]/],
    ['another program', /openPath|child_process|execFile|spawn\(/],
    ['synchronous IPC and the old storage', /sendSync|encryptString\(|decryptString\(/],
    [
      'weaker windows',
      /nodeIntegration: true|contextIsolation: false|sandbox: false|webSecurity: false|devTools: true/,
    ],
    ['memory or traffic on the disk', /\bcrashReporter\b|\bnetLog\b|\bcontentTracing\b/],
    ['DevTools', /openDevTools|toggleDevTools|role: 'viewMenu'/],
    ['what is on the clipboard', /\bclipboard\b(?![-,]|\.selection\.clear\(\))/],
  ];
  const found = sources.flatMap((file) => {
    const text = read(file);
    return FORBIDDEN.filter(([, pattern]) => pattern.test(text)).map(([what]) => `${what}: ${file}`);
  });
  expect(found).toEqual([]);
  // One way out, to the addresses that policy names.
  expect(sources.filter((file) => read(file).includes('shell.openExternal'))).toEqual([
    'electron/support/open-outside.ts',
  ]);
});
