import { describe, expect, test } from 'vitest';
import { AUDIT_KINDS } from '../../../shared/audit.ts';
import { LEFT_OUT_IDS, leaveOut } from '../../../shared/patron-data/left-out.ts';
import { SECTIONS, sectionSchemas } from '../../../shared/patrons/sections.ts';
import { languageFor, languageOf, WORDS } from './language.ts';
import { detailWords } from './processing.ts';

function leaves(tree: object, path = ''): string[] {
  return Object.entries(tree).flatMap(([key, value]) =>
    typeof value === 'string' ? [`${path}${key}`] : leaves(value as object, `${path}${key}.`),
  );
}
const placeholders = (text: string) => (text.match(/\{\w+\}/g) ?? []).sort();
const at = (tree: unknown, path: string) =>
  path.split('.').reduce<unknown>((found, key) => (found as Record<string, unknown>)[key], tree);

describe('the words of the file for people', () => {
  test('are the same in both languages, with the same values in them', () => {
    expect(leaves(WORDS.sv)).toEqual(leaves(WORDS.en));
    for (const path of leaves(WORDS.en)) {
      const [en, sv] = [String(at(WORDS.en, path)), String(at(WORDS.sv, path))];
      expect(placeholders(sv), path).toEqual(placeholders(en));
    }
  });

  test('say the same reasons as the JSON', () => {
    const { reasons } = WORDS.en.leftOut;
    for (const { id, what, why } of LEFT_OUT_IDS.map(leaveOut)) {
      // The window's typography and the JSON's plain signs may differ; the words may not.
      const plain = (text: string) =>
        text.replaceAll('’', "'").replace(/can't|doesn't/g, (w) => PLAIN[w] ?? w);
      expect(plain(reasons[id].what)).toBe(what);
      expect(plain(reasons[id].why)).toBe(why);
    }
  });

  test('name all that the log can say of a section, a field and a kind', () => {
    for (const words of Object.values(WORDS)) {
      expect(Object.keys(words.processingKinds).sort()).toEqual([...AUDIT_KINDS].sort());
      for (const section of SECTIONS)
        for (const field of Object.keys(sectionSchemas[section].shape))
          expect(detailWords(`${section}: ${field}`, words)).toMatch(/^\S.*: [\p{Lu}]/u);
    }
    expect(detailWords('contact: phones, emails', WORDS.sv)).toBe('Kontakt: Telefonnummer, E-postadresser');
    expect(detailWords('copy: guardian', WORDS.en)).toBe(
      'From a desk’s copy: asked for by the legal guardian',
    );
    expect(detailWords('something new', WORDS.en)).toBe('something new');
  });
});
const PLAIN: Record<string, string> = { "can't": 'can not', "doesn't": 'does not', 'doesn’t': 'does not' };

describe('dates and amounts', () => {
  const place = { timeZone: 'Europe/Stockholm', currency: 'SEK' };
  const late = '2026-12-31T23:30:00.000Z';

  test('are written as the patron’s language writes them, in the library’s time zone', () => {
    const sv = languageFor('sv', place);
    const en = languageFor('en', place);
    expect([sv.date('2026-03-01'), en.date('2026-03-01')]).toEqual(['1 mars 2026', '1 Mar 2026']);
    expect([sv.day(late), en.day(late)]).toEqual(['1 jan. 2027', '1 Jan 2027']);
    expect([sv.year(late), en.month(late)]).toEqual(['2027', 'January 2027']);
    expect([sv.money(123_456), en.money(123_456)].map((text) => text.replace(/\s/gu, ' '))).toEqual([
      '1 234,56 kr',
      'SEK 1,234.56',
    ]);
    expect(languageFor('en', { ...place, currency: 'JPY' }).money(500)).toBe('JP¥500');
    expect([sv.languageName('ar'), sv.countryName('SE'), sv.countryName('??')]).toEqual([
      'arabiska',
      'Sverige',
      '??',
    ]);
  });

  test('Swedish for whom Swedish is set, English for all others', () => {
    expect(['sv', 'sv-FI', 'en', 'ar', 'svx'].map(languageOf)).toEqual(['sv', 'sv', 'en', 'en', 'en']);
  });
});
