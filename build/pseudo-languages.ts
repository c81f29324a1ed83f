// Makes two languages out of English that nobody speaks: a long, accented one, and the same from right to left. What
// they show cut off, left in English or on the wrong side would break in a real one. No installer holds them.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const LETTERS: Record<string, string> = Object.fromEntries(
  [...'aåbƀcçdðeéfƒgĝhĥiîjĵkķlļmɱnñoöpþqǫrŕsštţuûvṽwŵxẋyýzž']
    .map((_, at, all) => [all[at], all[at + 1]])
    .filter((_, at) => at % 2 === 0) as [string, string][],
);
const LONGER_BY = 0.4;

/** What isn't words in a message: its places, its literals, the sign between its plural forms. */
const KEPT = /(\{[^}]*\}|\|)/;

function accented(words: string): string {
  return [...words]
    .map((letter) => {
      const other = LETTERS[letter.toLowerCase()];
      return !other ? letter : letter === letter.toLowerCase() ? other : other.toUpperCase();
    })
    .join('');
}

/** Each form of a message with brackets around it, so that what is cut off or put together from parts shows. */
function long(message: string): string {
  const forms = message.split(' | ').map((form) => {
    const parts = form.split(KEPT);
    const letters = parts.filter((_, at) => at % 2 === 0).join('').length;
    const more = '~'.repeat(Math.ceil(letters * LONGER_BY));
    return `[${parts.map((part, at) => (at % 2 === 0 ? accented(part) : part)).join('')}${more}]`;
  });
  return forms.join(' | ');
}

/**
 * A right-to-left override around each run of words, as a letter of Hebrew or Arabic would be laid out. Runs and what is
 * put between them are kept apart: in such a language dates and counts would be of its own letters.
 */
function mirrored(message: string): string {
  return long(message)
    .split(KEPT)
    .map((part) => {
      if (part.startsWith('{')) return `\u2068${part}\u2069`;
      return part === '|' || part.trim() === '' ? part : `\u2067\u202e${part}\u202c\u2069`;
    })
    .join('');
}

type Tree = { [key: string]: string | Tree };
const mapped = (tree: Tree, change: (message: string) => string): Tree =>
  Object.fromEntries(
    Object.entries(tree).map(([key, value]) => [
      key,
      typeof value === 'string' ? change(value) : mapped(value, change),
    ]),
  );

/** Writes both beside the real ones, where the build finds them. */
export async function writePseudoLanguages(messages: string): Promise<void> {
  const english = JSON.parse(await readFile(join(messages, 'en.json'), 'utf8')) as Tree;
  const folder = join(messages, 'pseudo');
  await mkdir(folder, { recursive: true });
  for (const [language, change] of [
    ['qps-ploc', long],
    ['qps-plocm', mirrored],
  ] as const) {
    await writeFile(
      join(folder, `${language}.json`),
      `${JSON.stringify(mapped(english, change), null, 2)}\n`,
    );
  }
}
