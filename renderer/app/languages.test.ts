import { describe, expect, it } from 'vitest';
import { directionOf, nameOfLanguage, pluralForm } from './languages.ts';

describe('plural forms', () => {
  it('English and Swedish: none, one, more', () => {
    for (const language of ['en', 'sv']) {
      expect([0, 1, 2, 21].map((n) => pluralForm(language)(n, 3))).toEqual([0, 1, 2, 2]);
      expect([0, 1, 2].map((n) => pluralForm(language)(n, 2))).toEqual([1, 0, 1]);
    }
  });

  it('languages with more forms need no code: Polish has four, Arabic six', () => {
    expect([1, 3, 5, 22].map((n) => pluralForm('pl')(n, 4))).toEqual([0, 1, 2, 1]);
    expect([0, 1, 2, 3, 11, 100].map((n) => pluralForm('ar')(n, 6))).toEqual([0, 1, 2, 3, 4, 5]);
  });
});

it('says which way a language runs, and what it calls itself', () => {
  expect(['en', 'sv', 'ar', 'he', 'qps-plocm'].map(directionOf)).toEqual(['ltr', 'ltr', 'rtl', 'rtl', 'rtl']);
  expect(['en', 'sv', 'fi'].map(nameOfLanguage)).toEqual(['English', 'Svenska', 'Suomi']);
});
