import { describe, expect, it } from 'vitest';
import { ERROR_CODES } from '../../shared/ipc/errors.ts';
import { FIELD_CODES, SECTIONS, sectionSchemas } from '../../shared/patrons/sections.ts';
import { i18n, LANGUAGES } from '../app/words.ts';
import { pluralForm } from '../app/languages.ts';
import { fieldLabel } from '../patron/sections/fields.ts';
import en from './en.json';

const files = import.meta.glob<string>(['../**/*.{vue,ts}', '!../**/*.test.ts'], {
  query: '?raw',
  import: 'default',
  eager: true,
});
const sources = Object.values(files).join('\n');

function leaves(tree: object, path = ''): string[] {
  return Object.entries(tree).flatMap(([key, value]) =>
    typeof value === 'string' ? [path + key] : leaves(value as object, `${path}${key}.`),
  );
}
const keys = leaves(en);

describe('the words', () => {
  it.each(ERROR_CODES)('say what happened and what to do at %s', (code) => {
    expect(keys).toContain(`errors.${code}.heading`);
    expect(keys).toContain(`errors.${code}.advice`);
  });

  it.each(FIELD_CODES)('say what is wrong with a field at %s', (code) => {
    expect(keys).toContain(`issues.${code}`);
  });

  it('name every section and every field', () => {
    for (const section of SECTIONS) {
      expect(keys).toContain(`sections.${section}`);
      for (const field of Object.keys(sectionSchemas[section].shape))
        expect(fieldLabel(field)).not.toBe(field);
    }
  });

  it('are there for every key that the windows use', () => {
    const used = [...sources.matchAll(/\b(?:t|plural)\(\s*'([a-zA-Z.]+)'/g)].map(([, key]) => key);
    expect(used.length).toBeGreaterThan(100);
    expect(used.filter((key) => !keys.includes(key ?? ''))).toEqual([]);
  });

  it('are all used', () => {
    const built = [...sources.matchAll(/`([a-zA-Z]+(?:\.[a-zA-Z]+)*\.)\$\{/g)].map(
      ([, prefix]) => prefix ?? '',
    );
    const unused = keys.filter(
      (key) => !sources.includes(`'${key}'`) && !built.some((prefix) => key.startsWith(prefix)),
    );
    expect(unused).toEqual([]);
  });

  it.each(LANGUAGES)('compile in %s, with every plural', (language) => {
    i18n.global.locale.value = language;
    for (const key of keys) {
      const words = (i18n.global.t as (key: string, values: object, n: number) => string)(key, { n: 3 }, 3);
      expect(words, key).not.toBe(key);
      expect(words, key).not.toMatch(/[|{}]/);
    }
    i18n.global.locale.value = 'en';
  });
});

describe.each(LANGUAGES.filter((language) => language !== 'en'))('the words in %s', (language) => {
  const other = i18n.global.getLocaleMessage(language) as unknown as typeof en;
  const places = (message: string) => [...new Set(message.match(/\{\w+\}/g) ?? [])].sort();

  it('are there for every key, and for no other', () => {
    expect(leaves(other)).toEqual(keys);
  });

  it.each(keys)('%s has the same places, and a form for each number', (key) => {
    const [english, translated] = [messageOf(en, key), messageOf(other, key)];
    expect(places(translated)).toEqual(places(english));
    if (!english.includes(' | ')) return;
    const forms = translated.split(' | ').length;
    const chosen = [0, 1, 2, 3, 5, 11, 100].map((n) => pluralForm(language)(n, forms));
    expect(Math.max(...chosen)).toBe(forms - 1);
    expect(Math.min(...chosen)).toBe(0);
  });
});

function messageOf(tree: object, key: string): string {
  return key.split('.').reduce((at: unknown, part) => (at as Record<string, unknown>)[part], tree) as string;
}
