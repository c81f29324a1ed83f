// Guarantors: who needs one, and who can't be one. Never oneself, someone who needs one, or a circle.
import { dayIn } from '../../shared/clock.ts';
import { ageOn } from '../../shared/library.ts';
import type { FieldIssue, Guarantor } from '../../shared/patrons/sections.ts';
import type { Libraries } from '../libraries.ts';
import { at } from '../outcome.ts';
import type { Clock } from '../ports.ts';
import type { Store } from '../store/store.ts';
import { MOST_OF_A_KIND, type PatronRow, type Records } from './record.ts';

export class Guarantors {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #libraries: Libraries;
  readonly #records: Records;

  constructor(store: Store, clock: Clock, libraries: Libraries, records: Records) {
    this.#store = store;
    this.#clock = clock;
    this.#libraries = libraries;
    this.#records = records;
  }

  /** Whether the rules of the library ask for a guarantor at this birth date. */
  needed(library: string, birthDate: string | null): boolean {
    const { rules, timeZone } = this.#libraries.get(library);
    return birthDate !== null && ageOn(birthDate, dayIn(this.#clock, timeZone)) < rules.guarantorBelowAge;
  }

  /** What is wrong with a guarantor; `patron` is null while it is only being registered. */
  problems(library: string, patron: PatronRow | null, guarantor: Guarantor | null, birthDate: string | null) {
    const issue = (code: Parameters<typeof at>[1]): FieldIssue[] => [at('guarantor', code)];
    if (!guarantor) return this.needed(library, birthDate) ? issue('guarantorRequired') : [];
    if (guarantor.kind === 'name') return [];
    if (guarantor.patronId === patron?.id) return issue('guarantorIsSelf');
    const found = this.#records.find(library, guarantor.patronId);
    if (!found.ok) return issue('guarantorUnknown');
    const { birthDate: born } = this.#records.section(found.value, 'personal').values;
    if (this.needed(library, born)) return issue('guarantorNeedsOne');
    const isNew = patron?.guarantor !== found.value.number;
    if (isNew && this.#records.guarantorFor(found.value).length >= MOST_OF_A_KIND)
      return issue('guarantorForTooMany');
    return patron && this.#leadsTo(found.value, patron.number) ? issue('guarantorCircle') : [];
  }

  #leadsTo(from: PatronRow, number: number): boolean {
    const sql = `WITH RECURSIVE chain (number) AS (
        SELECT ? UNION SELECT guarantor FROM patron JOIN chain USING (number) WHERE guarantor IS NOT NULL
      ) SELECT 1 FROM chain WHERE number = ?`;
    return this.#store.row(sql, from.number, number) !== undefined;
  }

  /** The patron's row for a guarantor who is a patron; null otherwise. */
  rowOf(library: string, guarantor: Guarantor | null): PatronRow | null {
    if (guarantor?.kind !== 'patron') return null;
    const found = this.#records.find(library, guarantor.patronId);
    return found.ok ? found.value : null;
  }

  /** Patrons whose guarantor this one is. */
  wards(patron: PatronRow): PatronRow[] {
    return this.#store.rows('SELECT * FROM patron WHERE guarantor = ? ORDER BY number', patron.number);
  }
}
