// Which values a section may take: the contract's shapes, and what only the server can know of other patrons.
import { dayIn } from '../../shared/clock.ts';
import {
  checkChanges,
  fieldCode,
  sectionSchemas,
  type FieldIssue,
  type SectionId,
  type SectionValues,
} from '../../shared/patrons/sections.ts';
import type { Libraries } from '../libraries.ts';
import { at } from '../outcome.ts';
import type { Clock } from '../ports.ts';
import type { Store } from '../store/store.ts';
import type { Guarantors } from './guarantors.ts';
import type { PatronRow, Records } from './record.ts';
import { cardKey } from './search-index.ts';

type Changes = Record<string, unknown>;

export class Validity {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #libraries: Libraries;
  readonly #records: Records;
  readonly #guarantors: Guarantors;

  constructor(store: Store, clock: Clock, libraries: Libraries, records: Records, guarantors: Guarantors) {
    this.#store = store;
    this.#clock = clock;
    this.#libraries = libraries;
    this.#records = records;
    this.#guarantors = guarantors;
  }

  /** Changed fields of one section of a patron who is there. What is beside them stays as it is: decision 57. */
  ofChanges(patron: PatronRow, section: SectionId, changes: Changes): FieldIssue[] {
    const shape = shapeProblems(section, changes);
    if (shape.length > 0) return shape;
    const now = this.#records.section(patron, section).values;
    const issues = this.#ofSection(patron.library, patron, section, { ...now, ...changes }, changes);
    return issues.filter(({ field }) => (field.split('.')[0] ?? '') in changes);
  }

  /** All sections of a patron who is being registered; fields are named `section.field`. */
  ofNewPatron(library: string, sections: Record<SectionId, Changes>): FieldIssue[] {
    const inSection = (section: SectionId, issues: FieldIssue[]) =>
      issues.map(({ field, code }) => ({ field: `${section}.${field}`, code }));
    const ids = Object.keys(sections) as SectionId[];
    const shape = ids.flatMap((id) =>
      inSection(id, [...shapeProblems(id, sections[id]), ...wholeProblems(id, sections[id])]),
    );
    if (shape.length > 0) return unique(shape);
    const { birthDate } = sections.personal as SectionValues<'personal'>;
    const { guarantor } = sections.guarantor as SectionValues<'guarantor'>;
    return [
      ...ids
        .filter((id) => id !== 'guarantor')
        .flatMap((id) => inSection(id, this.#ofSection(library, null, id, sections[id], {}))),
      ...inSection('guarantor', this.#guarantors.problems(library, null, guarantor, birthDate)),
    ];
  }

  #ofSection(
    library: string,
    patron: PatronRow | null,
    section: SectionId,
    whole: unknown,
    changes: Changes,
  ): FieldIssue[] {
    switch (section) {
      case 'personal':
        return this.#birthDate(library, patron, whole as SectionValues<'personal'>, changes);
      case 'card':
        return this.#cards(library, patron, whole as SectionValues<'card'>);
      case 'library':
        return this.#places(library, whole as SectionValues<'library'>);
      case 'guarantor': {
        const birthDate = patron && this.#records.section(patron, 'personal').values.birthDate;
        const { guarantor } = whole as SectionValues<'guarantor'>;
        return this.#guarantors.problems(library, patron, guarantor, birthDate);
      }
      case 'contact':
      case 'address':
      case 'preferences':
      case 'note':
        return [];
    }
  }

  #birthDate(
    library: string,
    patron: PatronRow | null,
    { birthDate }: SectionValues<'personal'>,
    changes: Changes,
  ): FieldIssue[] {
    const today = dayIn(this.#clock, this.#libraries.get(library).timeZone);
    if (birthDate !== null && birthDate > today) return [at('birthDate', 'birthDateInFuture')];
    if (!patron || !('birthDate' in changes) || !this.#guarantors.needed(library, birthDate)) return [];
    if (this.#records.section(patron, 'guarantor').values.guarantor === null)
      return [at('birthDate', 'guarantorRequired')];
    return this.#guarantors.wards(patron).length > 0 ? [at('birthDate', 'guarantorNeedsOne')] : [];
  }

  #cards(library: string, patron: PatronRow | null, { cards }: SectionValues<'card'>): FieldIssue[] {
    const keys = cards.map(({ number }) => cardKey(number));
    return keys.flatMap((key, index) => {
      const field = `cards.${index}.number`;
      if (key === '') return [at(field, 'notACardNumber')];
      const sql = 'SELECT patron FROM card WHERE library = ? AND number = ?';
      const owner = this.#store.row<{ patron: number }>(sql, library, key)?.patron;
      const taken = keys.indexOf(key) < index || (owner !== undefined && owner !== patron?.number);
      return taken ? [at(field, 'cardNumberTaken')] : [];
    });
  }

  #places(library: string, { branch, category }: SectionValues<'library'>): FieldIssue[] {
    const { branches, categories } = this.#libraries.get(library);
    return [
      ...(branches.some(({ id }) => id === branch) ? [] : [at('branch', 'branchUnknown')]),
      ...(categories.some(({ id }) => id === category) ? [] : [at('category', 'categoryUnknown')]),
    ];
  }
}

function shapeProblems(section: SectionId, changes: Changes): FieldIssue[] {
  const issues = unique(checkChanges(section, changes));
  if (issues.length > 0) return issues;
  const known: Changes = sectionSchemas[section].partial().parse(changes);
  return Object.keys(changes)
    .filter((field) => saysMore(changes[field], known[field]))
    .map((field) => at(field, 'unknownField'));
}

/**
 * Whether a value has fields in it that its form has not, which the form leaves out. Only here: a desk takes what a newer
 * server answers.
 */
function saysMore(value: unknown, known: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const inForm = known as Changes;
  return Object.entries(value).some(
    ([key, inner]) => !Object.hasOwn(inForm, key) || saysMore(inner, inForm[key]),
  );
}

function wholeProblems(section: SectionId, whole: Changes): FieldIssue[] {
  const parsed = sectionSchemas[section].strict().safeParse(whole);
  if (parsed.success) return [];
  return parsed.error.issues.map(({ path, message }) => at(path.join('.'), fieldCode(message)));
}

/** The window shows one problem at a field. */
function unique(issues: FieldIssue[]): FieldIssue[] {
  const first = new Map<string, FieldIssue>();
  for (const issue of issues) if (!first.has(issue.field)) first.set(issue.field, issue);
  return [...first.values()];
}
