// Why Koha didn't take a PIN: its own rules for passwords, which are stricter than for digits alone where
// RequireStrongPassword is on.
import type { FieldIssue } from '../../../shared/patrons/sections.ts';

export function pinIssue(words: string): FieldIssue {
  const code = /short|length/i.test(words)
    ? 'pinTooShort'
    : /weak|strong/i.test(words)
      ? 'pinTooWeak'
      : 'pinRefused';
  return { field: 'pin', code };
}
