import { expect, it } from 'vitest';
import { pageRules } from './printing.ts';

it('a receipt of 80 mm is as long as its text, a page of A4 as long as A4', () => {
  expect(pageRules('mm80', 960)).toBe('@page { size: 80mm 262mm; margin: 4mm; }');
  expect(pageRules('mm80', 10)).toBe('@page { size: 80mm 60mm; margin: 4mm; }');
  expect(pageRules('a4', 960)).toBe('@page { size: A4; margin: 15mm; }');
});
