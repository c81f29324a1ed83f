// All words come from messages/*.json. A key that isn't there doesn't compile.
import { createI18n } from 'vue-i18n';
import en from '../messages/en.json';

type Leaves<T, P extends string = ''> = {
  [K in keyof T & string]: T[K] extends string ? `${P}${K}` : Leaves<T[K], `${P}${K}.`>;
}[keyof T & string];
export type MessageKey = Leaves<typeof en>;

export type Values = Record<string, string | number>;

export const i18n = createI18n({ legacy: false, locale: 'en', fallbackLocale: 'en', messages: { en } });

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

/** Keeps a name in right-to-left script from turning the sentence that it stands in. */
export function isolated(text: string): string {
  return `\u2068${text}\u2069`;
}
