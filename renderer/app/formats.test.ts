import { describe, expect, it } from 'vitest';
import { createFormats } from './formats.ts';

const stockholm = createFormats('en', { timeZone: 'Europe/Stockholm', currency: 'SEK' });
const tokyo = createFormats('en', { timeZone: 'Asia/Tokyo', currency: 'JPY' });
const space = (text: string) => text.replace(/\s/g, ' ');

describe('formats', () => {
  it('takes amounts as minor units, whatever the currency has of them', () => {
    expect(space(stockholm.money(12_345))).toBe('SEK 123.45');
    expect(space(tokyo.money(500))).toBe('JPY 500');
  });

  it('keeps a day without a time as it is in every time zone', () => {
    expect(stockholm.date('1990-05-17')).toBe('17 May 1990');
    expect(tokyo.date('1990-05-17')).toBe('17 May 1990');
  });

  it('shows an instant by the clock of the library', () => {
    expect(stockholm.dayAndTime('2025-01-31T23:30:00Z')).toBe('01 Feb 2025, 00:30');
    expect(tokyo.day('2025-01-31T15:00:00Z')).toBe('01 Feb 2025');
  });

  it("knows which day it is at the library, not on this computer's clock", () => {
    expect(stockholm.today(new Date('2025-06-30T22:30:00Z'))).toBe('2025-07-01');
  });
});
