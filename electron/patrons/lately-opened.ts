// The patrons opened lately by whoever is signed in, the last one first. In memory only, and gone with the session.
import { oneLine } from './one-line.ts';

const MOST = 8;

export interface OpenedPatron {
  id: string;
  name: string;
}

export class LatelyOpened {
  #patrons: OpenedPatron[] = [];
  /** Whose they are; another member of staff begins with none. */
  #staff: string | undefined;
  readonly #onChanged: () => void;

  constructor(onChanged: () => void) {
    this.#onChanged = onChanged;
  }

  /** Those whose names are known by now. */
  get list(): OpenedPatron[] {
    return this.#patrons.filter(({ name }) => name !== '');
  }

  /** Who works here now, or has locked the desk; nobody: undefined. Answers whether somebody has left. */
  belongTo(staff: string | undefined): boolean {
    if (staff === this.#staff) return false;
    const hasLeft = this.#staff !== undefined;
    this.#staff = staff;
    this.#set([]);
    return hasLeft;
  }

  opened(id: string): void {
    const known = this.#patrons.find((patron) => patron.id === id);
    const others = this.#patrons.filter((patron) => patron.id !== id);
    this.#set([known ?? { id, name: '' }, ...others].slice(0, MOST));
  }

  named(id: string, fullName: string): void {
    const name = oneLine(fullName);
    const known = this.#patrons.find((patron) => patron.id === id);
    if (!known || known.name === name) return;
    this.#set(this.#patrons.map((patron) => (patron.id === id ? { id, name } : patron)));
  }

  deleted(id: string): void {
    const left = this.#patrons.filter((patron) => patron.id !== id);
    if (left.length < this.#patrons.length) this.#set(left);
  }

  #set(patrons: OpenedPatron[]): void {
    this.#patrons = patrons;
    this.#onChanged();
  }
}
