// The app's tests mean what they say only as far as the host answers as Electron does: each member of Electron's API that
// the app uses has a conformance test, and the list of them is the compiler's.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { COVERED, type Seen } from './covered.ts';
import { electronApiInUse } from './electron-api.ts';

const read = (file: string) => readFileSync(join(import.meta.dirname, file), 'utf8');
/** The fixture app is driven by all of them, and uses some members in their stead. */
const fixture = ['main.js', 'preload.cjs'].map((file) => read(`fixture-app/${file}`)).join('\n');
const wordIn = (name: string) => /'([^']+)'/.exec(name)?.[1] ?? /(\w+)$/.exec(name)?.[1] ?? name;
/** What of a file runs on one host alone. */
const ALONE = {
  host: /^ {2}describe\.skipIf\(!host\.isEmulated.*?^ {2}\}\);/gms,
  Electron: /^ {2}describe\.skipIf\(host\.isEmulated\).*?^ {2}\}\);/gms,
};
const partOn = (text: string, seen: Seen): string =>
  seen === 'both'
    ? Object.values(ALONE).reduce((rest, block) => rest.replace(block, ''), text) + fixture
    : (text.match(ALONE[seen]) ?? []).join();

const used = electronApiInUse();

test('every member of Electron’s API that the app uses has its conformance test, and none is listed in vain', () => {
  expect(used.length).toBeGreaterThan(60);
  expect(used.filter((name) => !(name in COVERED))).toEqual([]);
  expect(Object.keys(COVERED).filter((name) => !used.includes(name))).toEqual([]);
});

test.each(Object.entries(COVERED))(
  '%s is in the test that is said to cover it, on the host that is said',
  (name, [file, seen]) => {
    expect(existsSync(join(import.meta.dirname, `${file}.test.ts`))).toBe(true);
    expect(partOn(read(`${file}.test.ts`), seen)).toContain(wordIn(name));
  },
);
