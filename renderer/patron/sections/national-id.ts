// Doubts about a national ID, by the rules of the library's country. A doubt warns; it never refuses.
import { validatePerson } from 'stdnum';

/** Whether `id` fails every rule that is known for a person's number in `country`. */
export function isDoubtful(id: string, country: string): boolean {
  const written = country === 'SE' ? swedish(id) : id;
  if (written.trim() === '') return false;
  const { checked, isValid } = validatePerson(country, written);
  return checked && !isValid;
}

/** The rule wants the hyphen that people leave out, and the real day that a coordination number adds 60 to. */
function swedish(id: string): string {
  const parts = /^\s*(\d{2})?(\d{2})(\d{2})(\d{2})([-+]?)(\d{4})\s*$/.exec(id);
  if (!parts) return id;
  const [, century = '', year = '', month = '', day = '', sign = '', last = ''] = parts;
  if (Number(day) <= 60) return `${century}${year}${month}${day}${sign || '-'}${last}`;
  const realDay = String(Number(day) - 60).padStart(2, '0');
  const birthDate = `${year}${month}${realDay}`;
  const holds = hasLuhnDigit(`${year}${month}${day}${last}`);
  const check = luhnDigit(`${birthDate}${last.slice(0, 3)}`);
  return `${century}${birthDate}-${last.slice(0, 3)}${holds ? check : (check + 1) % 10}`;
}

function hasLuhnDigit(digits: string): boolean {
  return luhnDigit(digits.slice(0, -1)) === Number(digits.at(-1));
}

function luhnDigit(digits: string): number {
  const sum = [...digits].reverse().reduce((total, digit, index) => {
    const doubled = Number(digit) * (index % 2 === 0 ? 2 : 1);
    return total + (doubled > 9 ? doubled - 9 : doubled);
  }, 0);
  return (10 - (sum % 10)) % 10;
}
