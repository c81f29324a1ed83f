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
/** How much room the corner takes is told by the window itself. */
const own = new Set([...styles.flatMap(({ css }) => definedIn(css)), '--corner-height', '--corner-top']);

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

/** By WCAG 2: of two colours such as `#0b6272`. */
function contrast(one: string, other: string): number {
  const light = (colour: string) => {
    const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
      const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05;
  };
  const [dark = 1, bright = 1] = [light(one), light(other)].sort((a, b) => a - b);
  return bright / dark;
}

it.each([
  ...['--line-control', '--focus', '--accent', '--danger'].map((part) => [part, '--surface'] as const),
  ...['--line-control', '--focus'].map((part) => [part, '--ground'] as const),
  ...['--rail-ink', '--rail-ink-soft'].map((part) => [part, '--rail'] as const),
  ...['info', 'success', 'warning', 'danger'].map((kind) => [`--${kind}-ink`, `--${kind}-soft`] as const),
])('%s stands out from %s by 3 to 1, in light and in dark', (part, ground) => {
  const both = (name: string) =>
    new RegExp(`${name}: light-dark\\((#[\\da-f]{6}), (#[\\da-f]{6})\\)`).exec(tokens)?.slice(1) ?? [];
  const [parts, grounds] = [both(part), both(ground)];
  for (const theme of [0, 1]) expect(contrast(parts[theme] ?? '', grounds[theme] ?? '')).toBeGreaterThan(3);
});
