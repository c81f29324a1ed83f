// Values that staff type: nearly always one that nobody typed before, so that whoever finds it knows whose it is; now
// and then one that a colleague types too.
import type { Luck } from '../../server/demo/luck.ts';
import type { FieldValues, SectionId } from '../../shared/patrons/sections.ts';

const FIELDS = {
  note: ['staffNote'],
  address: ['line1', 'line2', 'town', 'postcode'],
  personal: ['givenName', 'familyName', 'nationalId'],
  contact: ['phones', 'emails'],
  card: ['cards'],
} as const satisfies Partial<Record<SectionId, readonly string[]>>;

export class Typing {
  readonly #luck: Luck;
  #count = 0;

  constructor(luck: Luck) {
    this.#luck = luck;
  }

  /** Some are dealt with far more often than others: most goes wrong where two do something to the same. */
  whom<T>(patrons: readonly T[]): T | undefined {
    return patrons[this.#luck.between(0, this.#luck.between(0, patrons.length - 1))];
  }

  word(): string {
    return `t${++this.#count}`;
  }

  comment(): string {
    return `Comment ${++this.#count}`;
  }

  pin(): string {
    return String(100_000 + ++this.#count * 37);
  }

  section(): SectionId {
    return this.#luck.pick(['note', 'address', 'address', 'personal', 'contact', 'card']);
  }

  /** Some fields of a section. */
  changes(section: SectionId): FieldValues {
    const fields: readonly string[] = FIELDS[section as keyof typeof FIELDS];
    const wanted = fields.filter(() => this.#luck.chance(0.5));
    const [first = 'staffNote'] = fields;
    return Object.fromEntries(
      (wanted.length > 0 ? wanted : [first]).map((field) => [field, this.value(field)]),
    );
  }

  value(field: string): FieldValues[string] {
    const word = this.#luck.chance(0.08) ? `same ${this.#luck.between(1, 2)}` : this.word();
    switch (field) {
      case 'phones':
        return [`0${word.replace(/\D/g, '')}`];
      case 'emails':
        return [`${word.replace(/ /g, '')}@example.org`];
      case 'cards':
        // Few enough numbers that two patrons may be given the same.
        return [{ number: `c${this.#luck.between(1, 12)}`, state: 'active' }];
      default:
        return word;
    }
  }
}
