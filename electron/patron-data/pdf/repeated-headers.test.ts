import { expect, test } from 'vitest';
import { readHeadersOnce } from './repeated-headers.ts';

/** As Chromium 150 writes a cell's content on three pages. */
const cell = (kind: 'TH' | 'TD' | 'P') =>
  `760 0 obj\n<</Type /StructElem\n/S /NonStruct\n/P 759 0 R\n/Pg 181 0 R\n/K [3 <</Type /MCR\n/Pg 183 0 R\n` +
  `/MCID 2>> <</Type /MCR\n/Pg 185 0 R\n/MCID 2>>]>>\nendobj\n759 0 obj\n<</Type /StructElem\n/S /${kind}\n/K 760 0 R>>\nendobj\n`;

test('a header that is printed on several pages is read once, and nothing changes its place', () => {
  const pdf = Buffer.from(cell('TH'));
  readHeadersOnce(pdf);
  const text = pdf.toString();
  expect(text).toHaveLength(cell('TH').length);
  expect(text).toMatch(/\/K \[3 +\]>>\nendobj/);
  expect(text.replace(/ {2,}/, '')).toBe(cell('TH').replace(/ <<\/Type \/MCR[^\]]+/, ''));
});

test.each(['TD', 'P'] as const)('a %s that goes on over pages is read to its end', (kind) => {
  const pdf = Buffer.from(cell(kind));
  readHeadersOnce(pdf);
  expect(pdf.toString()).toBe(cell(kind));
});
