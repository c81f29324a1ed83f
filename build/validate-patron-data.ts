// npm run validate-patron-data -- FILE: checks a patron data file against the published schema, and says what is wrong
// with it: where, and which rule, never the value. Ends with 0 where the file is right, 1 where it isn't.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020, type ErrorObject } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';

const SCHEMA = join(import.meta.dirname, '..', 'docs', 'patron-data.schema.json');
/** Of one mistake made over and over, so many are shown. */
const MOST_SHOWN = 50;

interface Verdict {
  problems: string[];
  /** What the file says that it is. */
  format: string;
  version: string;
}

export function validate(text: string): Verdict {
  const schema = JSON.parse(readFileSync(SCHEMA, 'utf8')) as { $id: string };
  const unknown = { format: 'unknown', version: 'unknown' };
  let file: unknown;
  try {
    file = JSON.parse(text);
  } catch {
    return { ...unknown, problems: ['The file is not JSON: it may be cut off, or not a patron data file.'] };
  }
  if (typeof file !== 'object' || file === null)
    return { ...unknown, problems: ['The file is not an object.'] };
  const said = file as Partial<Record<'format' | 'version', unknown>>;
  const [format, version] = [String(said.format), String(said.version)];
  if (format !== schema.$id) {
    const problem = `The file says that its format is ${format}; this checks ${schema.$id}.`;
    return { format, version, problems: [problem] };
  }
  const ajv = new Ajv2020({ allErrors: true, strictTypes: false });
  addFormats.default(ajv);
  const check = ajv.compile(schema);
  const problems = check(file) ? [] : (check.errors ?? []).map(problemOf);
  return { format, version, problems: [...new Set(problems)] };
}

function problemOf({ instancePath, message = 'is wrong', params, keyword }: ErrorObject): string {
  const place = instancePath === '' ? 'the file' : instancePath.slice(1).replaceAll('/', '.');
  const extra = keyword === 'additionalProperties' ? `: ${String(params['additionalProperty'])}` : '';
  const allowed = keyword === 'enum' ? `: ${(params['allowedValues'] as unknown[]).join(', ')}` : '';
  return `${place}: ${message}${extra}${allowed}`;
}

function main(path: string | undefined): number {
  if (path === undefined) {
    console.error('Name the file: npm run validate-patron-data -- FILE');
    return 1;
  }
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (thrown) {
    console.error(`${path} can't be read: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
    return 1;
  }
  const { problems, format, version } = validate(text);
  if (problems.length === 0) {
    console.log(`${path} is right: ${format}, version ${version}.`);
    return 0;
  }
  console.error(`${path} is not right:`);
  for (const problem of problems.slice(0, MOST_SHOWN)) console.error(`  ${problem}`);
  if (problems.length > MOST_SHOWN) console.error(`  and ${problems.length - MOST_SHOWN} more`);
  return 1;
}

if (import.meta.main) process.exitCode = main(process.argv[2]);
