// Which PINs are set at Koha: ours to refuse what is easily guessed, since Koha doesn't; and Koha's own rules for
// passwords, which are stricter than for digits alone where RequireStrongPassword is on.
import { pinProblem, type Library } from '../../../shared/library.ts';
import type { FieldIssue } from '../../../shared/patrons/sections.ts';
import { Failure } from '../../support/failure.ts';
import type { KohaPatron } from './records.ts';
import { dayOf, textOf } from './values.ts';

/** Fails with `invalid`. `record` was just read. */
export function checkPin(pin: string, record: KohaPatron, { rules }: Library): void {
  const card = textOf(record.cardnumber);
  const code = pinProblem(pin, rules.pinLength, dayOf(record.date_of_birth), card === '' ? [] : [card]);
  if (code) throw new Failure({ code: 'invalid', fields: [{ field: 'pin', code }] });
}

export function pinIssue(words: string): FieldIssue {
  const code = /short|length/i.test(words)
    ? 'pinTooShort'
    : /weak|strong/i.test(words)
      ? 'pinTooWeak'
      : 'pinRefused';
  return { field: 'pin', code };
}
