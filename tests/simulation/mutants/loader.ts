// Loaded before everything else in a process of a mutant: replaces its places in the source as Node reads it. The files
// themselves stay as they are.
import { registerHooks } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Replacement } from './mutant.ts';

const root = join(import.meta.dirname, '..', '..', '..');
const replacements = JSON.parse(process.env['CIRCDESK_MUTANT'] ?? '[]') as Replacement[];

registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context);
    const here = replacements.filter(({ file }) => pathToFileURL(join(root, file)).href === url);
    if (here.length === 0) return loaded;
    const text = here.reduce(replaced, String(loaded.source));
    return { ...loaded, source: text };
  },
});

function replaced(text: string, { file, from, to }: Replacement): string {
  const parts = text.split(from);
  if (parts.length !== 2) throw new Error(`${file} holds this ${parts.length - 1} times: ${from}`);
  return parts.join(to);
}
