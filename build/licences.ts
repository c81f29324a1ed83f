// npm run licences: the licence of everything that ships in the app. Fails where one is unknown, or not among those
// under which an Apache-2.0 application may be given away.
import { bundle } from './bundle.ts';
import { readShipped, type ShippedPackage } from './shipped.ts';

export const FINE = [
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'BlueOak-1.0.0',
  'ISC',
  'MIT',
  'OFL-1.1',
  'blessing',
];

/** What is wrong with a package's licence, if something is. */
export function licenceProblem({ licence, text }: ShippedPackage): string | undefined {
  if (licence === '') return 'names no licence';
  if (!FINE.includes(licence)) return `is under ${licence}`;
  return text === '' ? 'brings no licence text, which has to ship with it' : undefined;
}

if (import.meta.main) {
  await bundle();
  const shipped = readShipped();
  console.table(shipped.map(({ name, version, licence, inside }) => ({ name, version, licence, inside })));
  console.log("Electron's and Chromium's own licences ship beside the app, as Electron brings them.");
  for (const one of shipped) {
    const problem = licenceProblem(one);
    if (!problem) continue;
    console.error(`${one.name} ${one.version} ${problem}.`);
    process.exitCode = 1;
  }
}
