// Numbers that look real and belong to nobody: national IDs with serials that are set apart for testing, phones from
// the ranges that the Swedish Post and Telecom Authority keeps for fiction.
import type { Luck } from './luck.ts';

/** The check digit of a Swedish national ID or card: Luhn over the digits before it. */
export function luhn(digits: string): number {
  const sum = [...digits].reverse().reduce((total, digit, index) => {
    const twice = Number(digit) * (index % 2 === 0 ? 2 : 1);
    return total + (twice > 9 ? twice - 9 : twice);
  }, 0);
  return (10 - (sum % 10)) % 10;
}

/** `YYYYMMDD-NNNC`; serials 980 to 999 are not given to people. Even ones are women's. */
export function nationalId(luck: Luck, birthDate: string, sex: 'female' | 'male'): string {
  const day = birthDate.replaceAll('-', '');
  const serial = 980 + 2 * luck.between(0, 9) + (sex === 'male' ? 1 : 0);
  return `${day}-${serial}${luhn(day.slice(2) + String(serial))}`;
}

const two = (luck: Luck, from = 0) => String(luck.between(from, 99)).padStart(2, '0');

export function mobile(luck: Luck): string {
  const end = two(luck, 5);
  return luck.pick([`070-174 06 ${end}`, `070-17406${end}`, `+46 70 174 06 ${end}`, `070-1740605`]);
}

export function landline(luck: Luck): string {
  return luck.pick([`08-465 004 ${two(luck)}`, `031-390 06 ${two(luck)}`, `040-628 04 ${two(luck)}`]);
}

/** A library's card: its prefix, a running number with gaps, and a check digit. */
export function cardNumber(luck: Luck, prefix: string, count: number): string {
  const digits = `${prefix}${String(10_000_000 + count * 7 + luck.between(0, 6))}`;
  return digits + String(luhn(digits));
}
