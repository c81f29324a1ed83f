// The design system is small and exact: parts use its tokens, and no colours of their own.
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const root = join(import.meta.dirname, '..', '..', 'renderer');
const read = (file: string) => readFileSync(join(root, file), 'utf8');
const tokens = read('design/tokens.css');
const styles = globSync('**/*.{vue,css}', { cwd: root })
  .filter((file) => !/tokens\.css$|^print/.test(file))
  .map((file) => ({
    file,
    css: file.endsWith('.css')
      ? read(file)
      : [...read(file).matchAll(/<style[^>]*>([^]*?)<\/style>/g)].map(([, css]) => css).join('\n'),
  }));
const definedIn = (css: string) => [...css.matchAll(/(--[\w-]+):/g)].map(([, name]) => name ?? '');
const defined = new Set(definedIn(tokens));
/** The corner's height is told by the window itself. */
const own = new Set([...styles.flatMap(({ css }) => definedIn(css)), '--corner-height']);

it('finds the styles of every part', () => {
  expect(styles.length).toBeGreaterThan(40);
  expect(defined.size).toBeGreaterThan(60);
});

it.each(styles)('$file uses tokens that there are, and no colours of its own', ({ css }) => {
  const used = [...css.matchAll(/var\((--[\w-]+)/g)].map(([, name]) => name ?? '');
  const unknown = used.filter((name) => !defined.has(name) && !own.has(name));
  expect(unknown).toEqual([]);
  expect(css.match(/#[\da-f]{3,8}\b|\b(?:rgba?|hsla?|oklch|light-dark)\(/gi) ?? []).toEqual([]);
});

it('every colour has a light and a dark value, but paper', () => {
  const oneOnly = [...tokens.matchAll(/(--[\w-]+): (#[\da-f]+);/g)].map(([, name]) => name);
  expect(oneOnly).toEqual(['--paper', '--paper-ink']);
});
