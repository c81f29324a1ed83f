import { describe, expect, it } from 'vitest';
import { addressOfPatron, librarySystemPolicySchema } from './window-policy.ts';

const accepts = (patronAddress: string) => librarySystemPolicySchema.safeParse({ patronAddress }).success;

describe("the library system's address", () => {
  it.each([
    'https://ils.example/patrons/{patronId}',
    'https://ils.example/find?card={cardNumber}',
    'http://127.0.0.1:8080/p/{patronId}',
  ])('%s will do', (address) => expect(accepts(address)).toBe(true));

  it.each([
    'http://ils.example/{patronId}',
    'https://ils.example/patrons',
    'https://{patronId}.example/',
    'https://user:secret@ils.example/{patronId}',
    'https://:secret@ils.example/{patronId}',
    'https://ils.example@evil.example/{patronId}',
    'file:///etc/{patronId}',
    'javascript:alert({patronId})',
    'ms-msdt:/id/{cardNumber}',
    'ms-msdt://localhost/{cardNumber}',
  ])('%s names no patron, or leads elsewhere', (address) => expect(accepts(address)).toBe(false));

  it.each([
    '.',
    '..',
    '%2e%2e',
    '../../delete',
    '..\\..',
    '\ud800',
    '#',
    '?',
    '',
    '%00',
    '\r\nHost: x',
    '@evil',
    '$`',
    '\u2024\u2024',
  ])('the card number %j leads nowhere else', (cardNumber) => {
    const address = addressOfPatron('https://ils.example/staff/{cardNumber}/view', {
      ...{ patronId: 'x', cardNumber },
    });
    expect(address?.pathname ?? '/staff/nobody/view').toMatch(/^\/staff\/[^/]*\/view$/);
  });

  it('a card number that is an address of its own stays in its place', () => {
    const address = addressOfPatron('https://ils.example/find?card={cardNumber}', {
      patronId: 'x',
      cardNumber: '1&other=https://evil.example/#',
    });
    expect(address?.href).toBe('https://ils.example/find?card=1%26other%3Dhttps%3A%2F%2Fevil.example%2F%23');
  });
});
