// Text that a pattern takes minutes over (ReDoS): whoever may type could hold up the desk, and the server for everybody.
import { expect, test } from 'vitest';
import { fold } from '../../shared/patrons/fold.ts';
import { checkChanges, SECTIONS, sectionSchemas } from '../../shared/patrons/sections.ts';
import { pinSchema, commentSchema } from '../../shared/patrons/patron.ts';
import { searchPlan, wordsMatch } from '../../shared/patrons/search.ts';

const LONG = 60_000;
const HOSTILE = [
  '1',
  ' ',
  'a',
  'a.',
  'a@',
  'a@b.',
  '-aa',
  '+',
  '(1',
  '\u0301',
  '\u0301\u0316',
  '*',
  '"',
  'é',
].flatMap((part) => [
  part.repeat(LONG / part.length),
  `${part.repeat(LONG / part.length)}!`,
  `a@${part.repeat(LONG / part.length)}@`,
  `aa${part.repeat(LONG / part.length)}\n`,
]);
/** Of the processor's time, which others on a busy machine don't take; a slow pattern takes several seconds here. */
const QUICK_MS = 1_000;

function slowest(work: (text: string) => unknown): number {
  let most = 0;
  for (const text of HOSTILE) {
    const began = process.cpuUsage();
    work(text);
    most = Math.max(most, process.cpuUsage(began).user / 1_000);
  }
  return most;
}

for (const section of SECTIONS)
  for (const field of Object.keys(sectionSchemas[section].shape))
    test(`${section}.${field} is judged quickly, whatever stands in it`, () => {
      const ways = (text: string) => [
        text,
        [text],
        [{ number: text, state: 'active' }],
        [{ line1: text, line2: text, postcode: text, town: text, country: text }],
        { kind: 'name', name: text },
      ];
      expect(
        slowest((text) => ways(text).map((value) => checkChanges(section, { [field]: value }))),
      ).toBeLessThan(QUICK_MS);
    });

test('a PIN, a comment and a search are judged quickly too', () => {
  expect(slowest((text) => pinSchema.safeParse(text))).toBeLessThan(QUICK_MS);
  expect(slowest((text) => commentSchema.safeParse(text))).toBeLessThan(QUICK_MS);
  expect(slowest((text) => searchPlan(text.slice(0, 200)))).toBeLessThan(QUICK_MS);
  const words = 'a'.repeat(5_000);
  expect(slowest((text) => wordsMatch(words, `${text.slice(0, 99)}${'a*'.repeat(50)}b`))).toBeLessThan(
    QUICK_MS,
  );
});

test('a name of nothing but marks above and below is folded quickly: a server may send ever so many', () => {
  expect(slowest(fold)).toBeLessThan(QUICK_MS);
  expect(fold('E\u0301\u0316k\u0327 Ṩ İ \u0344')).toBe('ek s i ');
});
