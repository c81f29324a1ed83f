import { expect, test } from 'vitest';
import { languageName } from './choices.ts';

test.each(['sv-12', 'sv-se-se', 'sv-latn-latn', 'x!', '__proto__', ''])(
  'a language %j, which no browser has a name for, is shown as it is stored',
  (code) => {
    expect(languageName(code)).toBe(code);
  },
);
