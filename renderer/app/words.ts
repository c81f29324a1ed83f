// All words come from messages/*.json, one file a language. A key that isn't there in English doesn't compile.
import { createI18n } from 'vue-i18n';
import type en from '../messages/en.json';
import { directionOf, pluralForm, type Language } from './languages.ts';

type Leaves<T, P extends string = ''> = {
  [K in keyof T & string]: T[K] extends string ? `${P}${K}` : Leaves<T[K], `${P}${K}.`>;
}[keyof T & string];
export type MessageKey = Leaves<typeof en>;

export type Values = Record<string, string | number>;

type Messages = typeof en;
const files = import.meta.glob<Messages>('../messages/*.json', { eager: true, import: 'default' });
const messages: Record<string, Messages> = Object.fromEntries(
  Object.entries(files).map(([file, words]) => [languageOf(file), words]),
);
/** Made from English by the build, for tests and pictures; no installer holds them (build/pseudo-languages.ts). */
const pseudo = import.meta.glob<Messages>('../messages/pseudo/*.json', { import: 'default' });

function languageOf(file: string): Language {
  return file.replace(/^.*\/|\.json$/g, '');
}

export const LANGUAGES: readonly Language[] = Object.keys(messages).sort();

export const i18n = createI18n({
  legacy: false,
  locale: 'en',
  fallbackLocale: 'en',
  messages,
  pluralRules: Object.fromEntries(LANGUAGES.map((language) => [language, pluralForm(language)])),
});

/** Looser than vue-i18n's own types, which would work out every message's shape at each call. */
const translate = i18n.global.t as unknown as (key: string, values: Values, count?: number) => string;

function t(key: MessageKey, values: Values = {}): string {
  return translate(key, values);
}

/** The form of the message for `count`; the message has it as `{n}`, written as `shown` if given. */
function plural(key: MessageKey, count: number, shown: string = String(count), values: Values = {}): string {
  return translate(key, { ...values, n: shown }, count);
}

export interface Words {
  t: typeof t;
  plural: typeof plural;
}

export function useWords(): Words {
  return { t, plural };
}

/** Every window speaks it from now on; one that there are no words in is English. */
export async function speak(language: Language): Promise<void> {
  if (!(language in messages)) {
    const load = Object.entries(pseudo).find(([file]) => languageOf(file) === language)?.[1];
    if (!load) return speak('en');
    i18n.global.setLocaleMessage(language, await load());
  }
  i18n.global.locale.value = language;
  document.documentElement.lang = language;
  document.documentElement.dir = directionOf(language);
}

/** Marks, embeddings, overrides and isolates: one that ends an isolate would end the one around the text. */
const TURNING = /\p{Bidi_Control}/gu;

/** Keeps a name in right-to-left script from turning the sentence that it stands in. */
export function isolated(text: string): string {
  return `\u2068${text.replace(TURNING, '')}\u2069`;
}
