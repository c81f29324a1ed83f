// Which packages ship in the app: what the bundles took in, and what is packed beside them. Licences and the bill of
// materials are made from this list, not from what is installed.
import { globSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { insideNative } from './inside-native.ts';

const root = join(import.meta.dirname, '..');
const out = join(root, 'out');

export interface ShippedPackage {
  name: string;
  version: string;
  /** SPDX, as its author declares it. */
  licence: string;
  text: string;
  /** The package that it is compiled into, where it is none of its own. */
  inside?: string;
}

/** What Vite writes for each bundle. */
interface Bundled {
  name: string;
  version: string;
  identifier: string | null;
  text: string | null;
}

const NATIVE = 'better-sqlite3';

/** The file that each bundle leaves, and the one that ships. */
export const LICENCES = 'licences.json';

/** Joins what the bundles left to one list, and puts it where it ships. */
export function writeShipped(): void {
  const lists = globSync(`*/${LICENCES}`, { cwd: out }).map((file) => join(out, file));
  const bundled = lists.flatMap((file) => JSON.parse(readFileSync(file, 'utf8')) as Bundled[]);
  for (const file of lists) rmSync(file);
  const packages = [
    ...bundled.map(({ name, version, identifier, text }) => ({
      name,
      version,
      licence: identifier ?? '',
      text: text ?? '',
    })),
    ...beside().map(installed),
    ...insideNative(installed(NATIVE)),
  ];
  const each = new Map(packages.map((one) => [`${one.name}@${one.version}`, one]));
  const sorted = [...each.values()].sort((a, b) => a.name.localeCompare(b.name));
  writeFileSync(join(out, LICENCES), `${JSON.stringify(sorted, null, 1)}\n`);
}

export const readShipped = (): ShippedPackage[] =>
  JSON.parse(readFileSync(join(out, LICENCES), 'utf8')) as ShippedPackage[];

/** No script, so not in the bundles' lists: the native module, and fonts where a page has some. */
function beside(): string[] {
  const fonts = globSync('renderer/assets/*.woff2', { cwd: out }).length > 0;
  const { devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    devDependencies: Record<string, string>;
  };
  const named = Object.keys(devDependencies).filter((name) => name.startsWith('@fontsource'));
  return [NATIVE, ...(fonts ? named : [])];
}

function installed(name: string): ShippedPackage {
  const folder = join(root, 'node_modules', name);
  const told = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Record<string, string>;
  const [file = ''] = globSync('LICEN[CS]E*', { cwd: folder });
  return {
    name: told['name'] ?? name,
    version: told['version'] ?? '',
    licence: told['license'] ?? '',
    text: file ? readFileSync(join(folder, file), 'utf8') : '',
  };
}
