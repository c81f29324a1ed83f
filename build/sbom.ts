// npm run sbom: writes dist/circdesk.cdx.json, the CycloneDX bill of materials of what ships. npm makes it of what is
// installed, with hashes; what doesn't ship is left out, and Electron, which no bundle holds, is kept.
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundle } from './bundle.ts';
import { readShipped, type ShippedPackage } from './shipped.ts';

const root = join(import.meta.dirname, '..');

interface Component {
  'bom-ref': string;
  name: string;
  version: string;
  purl: string;
  type: string;
  scope: string;
  licenses?: unknown[];
  cpe?: string;
}
export interface Bom {
  bomFormat: string;
  specVersion: string;
  metadata: { component: Component };
  components: Component[];
  dependencies: { ref: string; dependsOn: string[] }[];
}

/** npm's, of everything that is installed. */
function wholeBom(): Bom {
  const npm = process.env['npm_execpath'];
  const [program, args] = npm ? [process.execPath, [npm]] : ['npm', []];
  const { stdout, status } = spawnSync(program, [...args, 'sbom', '--sbom-format=cyclonedx'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    // Bundling has set it for production, in which npm leaves out what is bundled: to npm that is for development.
    env: { ...process.env, NODE_ENV: '' },
  });
  if (status !== 0) throw new Error('npm could not make a bill of materials; it takes npm 10 or newer.');
  return JSON.parse(stdout) as Bom;
}

/** A package may be installed under another name: its own stands in its address. */
const nameIn = (purl: string) => decodeURIComponent(purl.replace(/^pkg:npm\//, '').replace(/@[^@]*$/, ''));

/** No registry has it: databases of weaknesses know SQLite by its CPE. */
function compiledInto({ name, version, licence }: ShippedPackage): Component {
  const purl = `pkg:generic/${name}@${encodeURIComponent(version)}`;
  return {
    'bom-ref': purl,
    type: 'library',
    name,
    version,
    purl,
    scope: 'required',
    licenses: [{ license: { id: licence } }],
    ...(name === 'sqlite' && { cpe: `cpe:2.3:a:sqlite:sqlite:${version}:*:*:*:*:*:*:*` }),
  };
}

export function shippedBom(): Bom {
  const whole = wholeBom();
  const shipped = readShipped();
  const ships = new Set(shipped.map(({ name, version }) => `${name}@${version}`));
  const isShipped = ({ purl, version }: Component) =>
    nameIn(purl) === 'electron' || ships.has(`${nameIn(purl)}@${version}`);
  const packages = whole.components.filter(isShipped).map((one) => ({ ...one, scope: 'required' }));
  const compiledIn = shipped.flatMap((one) => (one.inside === undefined ? [] : [compiledInto(one)]));
  const components = [...packages, ...compiledIn];
  const kept = new Set([...components, whole.metadata.component].map((one) => one['bom-ref']));
  const dependencies = whole.dependencies
    .filter(({ ref }) => kept.has(ref))
    .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter((one) => kept.has(one)) }));
  const { metadata } = whole;
  const component = { ...metadata.component, name: 'circdesk', type: 'application' };
  return { ...whole, metadata: { ...metadata, component }, components, dependencies };
}

if (import.meta.main) {
  await bundle();
  mkdirSync(join(root, 'dist'), { recursive: true });
  const bom = shippedBom();
  writeFileSync(join(root, 'dist/circdesk.cdx.json'), `${JSON.stringify(bom, null, 1)}\n`);
  console.log(
    `dist/circdesk.cdx.json: CycloneDX ${bom.specVersion}, ${bom.components.length} components that ship.`,
  );
}
