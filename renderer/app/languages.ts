// What is particular to a language besides its words: which way it runs, its plural forms, its region.

/** BCP 47, as a file of messages is named. */
export type Language = string;

/** Runs from right to left, so that the mirrored layout is seen without knowing Arabic. */
export const PSEUDO_MIRRORED = 'qps-plocm';

/** English here is British: day before month, 24 hours. */
const REGIONS: Record<Language, string> = { en: 'en-GB', 'qps-ploc': 'en-GB', [PSEUDO_MIRRORED]: 'en-GB' };

/** The locale by which dates, numbers and sort orders of a language go. */
export function localeOf(language: Language): string {
  return REGIONS[language] ?? language;
}

const RIGHT_TO_LEFT = ['ar', 'ckb', 'dv', 'fa', 'he', 'ps', 'sd', 'ug', 'ur', 'yi', PSEUDO_MIRRORED];

export function directionOf(language: Language): 'ltr' | 'rtl' {
  return RIGHT_TO_LEFT.includes(language) || RIGHT_TO_LEFT.includes(language.split('-')[0] ?? '')
    ? 'rtl'
    : 'ltr';
}

/** What a language calls itself. */
export function nameOfLanguage(language: Language): string {
  const name = new Intl.DisplayNames(localeOf(language), { type: 'language' }).of(language) ?? language;
  return name.charAt(0).toLocaleUpperCase(localeOf(language)) + name.slice(1);
}

const CATEGORIES: readonly Intl.LDMLPluralRule[] = ['zero', 'one', 'two', 'few', 'many', 'other'];

/**
 * Which of a message's forms, told apart by `|`, a count takes. A message has a form for each plural category of its
 * language, in the order zero, one, two, few, many, other; where it has one more, that is the first, for none at all.
 */
export function pluralForm(language: Language): (count: number, forms: number) => number {
  const rules = new Intl.PluralRules(localeOf(language));
  const used = rules.resolvedOptions().pluralCategories;
  const categories = CATEGORIES.filter((category) => used.includes(category));
  return (count, forms) => {
    const extra = forms > categories.length ? 1 : 0;
    if (extra === 1 && count === 0) return 0;
    return Math.min(forms - 1, categories.indexOf(rules.select(count)) + extra);
  };
}
