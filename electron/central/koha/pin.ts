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

/** What Koha says of a password that it doesn't take. */
const SENTENCES: [RegExp, FieldIssue['code']][] = [
  [/^password (length|is too short)/i, 'pinTooShort'],
  [/^(the )?password is too weak/i, 'pinTooWeak'],
  [/^the password was rejected/i, 'pinRefused'],
];

/** Undefined where it isn't Koha that speaks of the PIN. */
export function pinIssue(words: string): FieldIssue | undefined {
  const code = SENTENCES.find(([sentence]) => sentence.test(words))?.[1];
  return code === undefined ? undefined : { field: 'pin', code };
}
