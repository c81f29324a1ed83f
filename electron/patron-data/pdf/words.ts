// Puts values into a message of the words.
import { Html, html, typed } from './html.ts';

/** `{name}` stands for a value. */
export function filled(message: string, values: Record<string, Html | string>): Html {
  const parts = message.split(/\{(\w+)\}/);
  return html`${parts.map((part, at) => (at % 2 === 0 ? part : (values[part] ?? '')))}`;
}

/** As text, where no markup can be: titles, headers. */
export const filledText = (message: string, values: Record<string, string>) =>
  message.replace(/\{(\w+)\}/g, (_, name: string) => values[name] ?? '');

/** What a text of others means in ours; itself where it is none, though it were called `constructor`. */
export const inWords = (words: Record<string, string>, text: string): string =>
  (Object.hasOwn(words, text) ? words[text] : undefined) ?? text;

/** A value that may be empty. */
export const orNothing = (text: string, nothing: string): Html =>
  text === '' ? html`<span class="nothing">${nothing}</span>` : typed(text);
