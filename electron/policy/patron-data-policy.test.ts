import { expect, test } from 'vitest';
import { patronDataPolicySchema } from './patron-data-policy.ts';

const problems = (policy: object) =>
  patronDataPolicySchema
    .safeParse(policy)
    .error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);

test('what isn’t said is at its default, down to a single text', () => {
  const standard = patronDataPolicySchema.parse({});
  expect(standard).toMatchObject({ formats: ['json', 'pdf'], deleteAfterHours: 24, askWhoIsAsking: false });
  expect(standard.folder).toBeUndefined();
  const told = patronDataPolicySchema.parse({ texts: { sv: { contact: 'Disken, 040-1.' } } });
  expect(told.texts.sv).toEqual({ ...standard.texts.sv, contact: 'Disken, 040-1.' });
  expect(told.texts.en).toEqual(standard.texts.en);
});

test.each([
  [{ formats: [] }, 'formats'],
  [{ formats: ['json', 'json'] }, 'formats: names a format twice'],
  [{ formats: ['docx'] }, 'formats.0'],
  [{ folder: 'Downloads' }, 'folder: must be a whole path'],
  [{ deleteAfterHours: -1 }, 'deleteAfterHours'],
  [{ texts: { en: { contact: '' } } }, 'texts.en.contact'],
  [{ texts: { de: {} } }, 'texts: Unrecognized key'],
])('%j is told by its place', (policy, told) => {
  expect(problems(policy)?.join('\n')).toContain(told);
});
