import { describe, expect, it } from 'vitest';
import { ERROR_CODES } from '../../shared/ipc/errors.ts';
import { FIELD_CODES, SECTIONS, sectionSchemas } from '../../shared/patrons/sections.ts';
import { i18n } from '../app/words.ts';
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

  it('compile, with every plural', () => {
    for (const key of keys) {
      const words = (i18n.global.t as (key: string, values: object, n: number) => string)(key, { n: 3 }, 3);
      expect(words, key).not.toBe(key);
      expect(words, key).not.toMatch(/[|{}]/);
    }
  });
});
