// What the native module is compiled of, which no package names: SQLite, and what encrypts it. Their notices have to
// ship, and a weakness is told of under their own names. Fails where their source no longer says what stands here.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { ShippedPackage } from './shipped.ts';

/** `native` is the package that they are in; its licence is the one of most of them. */
export function insideNative(native: ShippedPackage): ShippedPackage[] {
  const source = readFileSync(
    join(import.meta.dirname, '../node_modules/better-sqlite3/deps/sqlite3/sqlite3.c'),
    'utf8',
  );
  const said = (pattern: RegExp) => {
    const [, words] = pattern.exec(source) ?? [];
    if (words === undefined) throw new Error(`SQLite's source no longer says ${String(pattern)}.`);
    return words.replace(/^ ?\*+ ?/gm, '');
  };
  const mit = (holder: string) =>
    native.text.replace(/(?:Copyright .*\n)+/, `Copyright ${said(RegExp(`(\\(c\\) [\\d-]+ ${holder})`))}\n`);
  const database = new Database(':memory:');
  const version = (of: string) => String(database.prepare(`SELECT ${of}_version() AS it`).pluck().get());
  const ciphers = version('sqlite3mc').replace(/^\D*3\D*/, '');
  const sqlite = version('sqlite');
  database.close();
  const withCiphers = `as in sqlite3mc ${ciphers}`;
  return [
    {
      name: 'sqlite',
      version: sqlite,
      licence: 'blessing',
      text: said(/^(\*\* The author disclaims[^]+?give\.)/m),
    },
    { name: 'sqlite3mc', version: ciphers, licence: 'MIT', text: mit('Ulrich Telle') },
    { name: 'libaegis', version: withCiphers, licence: 'MIT', text: mit('Frank Denis') },
    {
      name: 'sha2',
      version: withCiphers,
      licence: 'BSD-3-Clause',
      text: said(/^( \* FIPS 180-2 SHA-224[^]+?SUCH DAMAGE\.)/m),
    },
  ].map((one) => ({ ...one, inside: native.name }));
}
