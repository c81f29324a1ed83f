import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { exportOf, loanOf } from '../electron/patron-data/testing.ts';
import { writeFiles } from '../electron/patron-data/write-files.ts';
import { patronDataPolicySchema } from '../electron/policy/patron-data-policy.ts';
import { patronDataJsonSchema } from '../shared/patron-data/json-schema.ts';
import { validate } from './validate-patron-data.ts';

const schemaFile = join(import.meta.dirname, '..', 'docs', 'patron-data.schema.json');

/** As a desk writes it. */
async function written(): Promise<string> {
  const pieces: string[] = [];
  const { source } = exportOf({ loanHistory: [loanOf(1), loanOf(2)] });
  await writeFiles({ source, waiting: [] }, 'x', {
    policy: { ...patronDataPolicySchema.parse({}), formats: ['json'] },
    print: () => Promise.reject(new Error('not asked for')),
    begin: () => Promise.resolve((piece) => Promise.resolve(void pieces.push(String(piece)))),
    onProgress: () => undefined,
    signal: new AbortController().signal,
    pause: () => Promise.resolve(),
  });
  return pieces.join('');
}
const changed = async (change: (file: Record<string, unknown>) => void) => {
  const file = JSON.parse(await written()) as Record<string, unknown>;
  change(file);
  return JSON.stringify(file);
};

test('the published schema is current, names itself, and says its version', () => {
  const published: unknown = JSON.parse(readFileSync(schemaFile, 'utf8'));
  expect(published, 'run npm run generate').toEqual(JSON.parse(JSON.stringify(patronDataJsonSchema())));
  expect(published).toMatchObject({
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'urn:circdesk:patron-data:2',
    title: 'Circdesk patron data, version 2.1',
  });
});

describe('a file', () => {
  test('that a desk wrote is right', async () => {
    expect(validate(await written())).toEqual({
      format: 'urn:circdesk:patron-data:2',
      version: '2.1',
      problems: [],
    });
  });

  test.each([
    ['a part is missing', (file) => delete file['loans'], "the file: must have required property 'loans'"],
    [
      'there is more than the schema knows',
      (file) => (file['pin'] = '4711'),
      'the file: must NOT have additional properties: pin',
    ],
    ['a time is none', (file) => (file['madeAt'] = 'yesterday'), 'madeAt: must match'],
    [
      'a row is wrong',
      (file) => ((file['loanHistory'] as { title: unknown }[])[1] = { title: 7 }),
      'loanHistory.1.title: must be string',
    ],
    [
      'a word isn’t one of those that may be',
      (file) => ((file['patron'] as Record<string, unknown>)['ageGroup'] = 'old'),
      'patron.ageGroup: must be equal to one of the allowed values: child, youth, adult, unknown',
    ],
    [
      'it is of another version',
      (file) => (file['format'] = 'urn:circdesk:patron-data:1'),
      'its format is urn:circdesk:patron-data:1; this checks urn:circdesk:patron-data:2',
    ],
  ] satisfies [string, (file: Record<string, unknown>) => unknown, string][])(
    'where %s is told so, and which',
    async (_what, change, problem) => {
      const { problems } = validate(await changed(change));
      expect(problems.join('\n')).toContain(problem);
    },
  );

  test('that is cut off is told so, and its values are never said', async () => {
    expect(validate((await written()).slice(0, -40)).problems).toEqual([
      'The file is not JSON: it may be cut off, or not a patron data file.',
    ]);
    const secret = await changed((file) => (file['madeAt'] = 'a secret'));
    expect(validate(secret).problems.join()).not.toContain('secret');
  });

  test('is checked by the command, which ends with 1 where it is wrong', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'circdesk-validate-'));
    const command = join(import.meta.dirname, 'validate-patron-data.ts');
    const [right, wrong] = [join(folder, 'right.json'), join(folder, 'wrong.json')];
    writeFileSync(right, await written());
    writeFileSync(wrong, await changed((file) => delete file['loans']));
    expect(execFileSync(process.execPath, [command, right], { encoding: 'utf8' })).toContain('is right');
    const told = spawnSync(process.execPath, [command, wrong], { encoding: 'utf8' });
    expect([told.status, told.stderr]).toEqual([1, expect.stringContaining('required property')]);
    expect(spawnSync(process.execPath, [command, join(folder, 'none')]).status).toBe(1);
  });
});
