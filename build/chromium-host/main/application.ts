// Which app the host was asked to run, as `electron PATH` decides it: a folder with a package.json, or a file.
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { notEmulated } from '../not-emulated.ts';

interface PackageJson {
  name?: string;
  productName?: string;
  version?: string;
  main?: string;
}

export interface Application {
  /** What app.getAppPath() gives. */
  folder: string;
  entry: string;
  name: string;
  version: string;
}

export function findApplication(argv: readonly string[]): Application {
  const named = argv.slice(1).find((argument) => !argument.startsWith('-'));
  if (named === undefined) return notEmulated('default_app', 'name the app: electron PATH');
  const path = resolve(named);
  if (path.endsWith('.asar')) return notEmulated('asar', 'run the app from its folder');
  if (!existsSync(path)) throw new Error(`Unable to find Electron app at ${path}`);
  const isFolder = statSync(path).isDirectory();
  const folder = isFolder ? path : dirname(path);
  const { name, productName, version, main } = readPackage(folder);
  return {
    folder,
    entry: isFolder ? resolve(folder, main ?? 'index.js') : path,
    name: productName ?? name ?? 'Electron',
    version: version ?? electronVersion,
  };
}

function readPackage(folder: string): PackageJson {
  const file = join(folder, 'package.json');
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as PackageJson) : {};
}

/** The Electron whose declarations the host is typed against. */
export const electronVersion =
  readPackage(join(import.meta.dirname, '../../../node_modules/electron')).version ?? '0.0.0';
