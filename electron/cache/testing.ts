// For the tests beside it and the bench: patrons, acts, and stores in folders of their own that are removed.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Patron } from '../../shared/patrons/patron.ts';
import type { SectionValues } from '../../shared/patrons/sections.ts';
import type { Deed, NewAct } from './act.ts';
import { openStore, type StoreReport } from './open-store.ts';
import type { SqliteStore } from './sqlite-store.ts';

export const LIBRARY = 'karlstad';
export const EPOCH = 'epoch-1';
export const KEY = new Uint8Array(32).fill(7);
export const AT = '2026-11-24T10:00:00.000Z';
export const clock = { now: () => Date.parse(AT) };
export const giveWay = () => Promise.resolve();
export const STAFF = { id: '00000000-0000-4000-8000-0000000000aa', username: 'eva', name: 'Eva Ek' };

export const idOf = (n: number) => `00000000-0000-4000-8000-${n.toString(16).padStart(12, '0')}`;
/** As made at a desk: a UUIDv7. */
export const deskIdOf = (n: number) => `019ab000-0000-7000-8000-${n.toString(16).padStart(12, '0')}`;

export interface Told {
  personal?: Partial<SectionValues<'personal'>>;
  contact?: Partial<SectionValues<'contact'>>;
  address?: Partial<SectionValues<'address'>>;
  cards?: string[];
  note?: string;
  blocks?: Patron['blocks'];
}

export function patronOf(n: number, told: Told = {}): Patron {
  const tag = `${EPOCH}-${n}`;
  return {
    id: idOf(n),
    library: LIBRARY,
    tag,
    sections: {
      personal: {
        tag,
        values: {
          nationalId: '',
          givenName: 'Anna',
          familyName: `Nr${n}`,
          birthDate: '1990-01-31',
          gender: 'unspecified',
          language: 'sv',
          ...told.personal,
        },
      },
      contact: { tag, values: { phones: [], emails: [], preferredChannel: 'none', ...told.contact } },
      address: {
        tag,
        values: {
          line1: '',
          line2: '',
          postcode: '',
          town: '',
          country: 'SE',
          otherAddresses: [],
          ...told.address,
        },
      },
      card: { tag, values: { cards: (told.cards ?? []).map((number) => ({ number, state: 'active' })) } },
      guarantor: { tag, values: { guarantor: null } },
      library: { tag, values: { branch: 'Stadsbiblioteket', category: 'Vuxen' } },
      preferences: {
        tag,
        values: { reservationReady: 'none', dueSoon: 'none', overdue: 'none', keepLoanHistory: false },
      },
      note: { tag, values: { staffNote: told.note ?? '' } },
    },
    ageGroup: 'adult',
    blocks: told.blocks ?? [],
    debtBlock: null,
    totalDebt: 0,
    loans: [],
    reservations: [],
    debts: [],
    guarantorFor: [],
    createdAt: AT,
    changedAt: AT,
  };
}

export function actOf(n: number, patron: number, deed: Deed, told: Partial<NewAct> = {}): NewAct {
  return {
    id: deskIdOf(n),
    key: deskIdOf(n + 0x1000000),
    library: LIBRARY,
    patronId: idOf(patron),
    patronName: 'Anna Nr',
    staff: STAFF,
    actedAt: AT,
    clockDistance: null,
    deedVersion: 1,
    deed,
    state: 'waiting',
    tag: null,
    changes: null,
    tries: 0,
    confirmed: null,
    conflict: null,
    refusal: null,
    ...told,
  };
}

/** An edit of a name, based on nothing in particular. */
export const renamed = (familyName: string): Deed => ({
  kind: 'saveSection',
  section: 'personal',
  base: { values: {}, tag: 'x' },
  changes: { familyName },
});

/** Folders that are removed afterwards, with the stores in them closed. */
export class Folders {
  readonly #folders: string[] = [];
  readonly #stores: SqliteStore[] = [];

  make(): string {
    const folder = mkdtempSync(join(tmpdir(), 'circdesk-store-'));
    this.#folders.push(folder);
    return folder;
  }

  open(folder = this.make(), key = KEY): { folder: string; store: SqliteStore; report: StoreReport } {
    const opening = openStore({ folder, key, clock, giveWay });
    if (opening.outcome !== 'open') throw new Error(opening.outcome);
    this.#stores.push(opening.store);
    return { folder, store: opening.store, report: opening.report };
  }

  async filled(patrons: readonly Patron[], position = 100) {
    const opened = this.open();
    await fill(opened.store, patrons, position);
    return opened;
  }

  /** The folder of a desk that was closed, with acts of one patron that wait. */
  async worked(acts = 3): Promise<string> {
    const { store, folder } = await this.filled([patronOf(1), patronOf(2)]);
    for (let n = 1; n <= acts; n++)
      await store.append(actOf(n, 1, { kind: 'block', comment: `Comment ${n} ${'.'.repeat(300)}` }));
    await store.remember('grant', 'kept');
    await store.close();
    return folder;
  }

  async removeAll(): Promise<void> {
    for (const store of this.#stores.splice(0)) await store.close();
    for (const folder of this.#folders.splice(0)) rmSync(folder, { recursive: true, force: true });
  }
}

export async function fill(store: SqliteStore, patrons: readonly Patron[], position = 100, epoch = EPOCH) {
  await store.beginFill(LIBRARY, epoch, position, patrons.length);
  for (let from = 0; from < patrons.length; from += 200) {
    const page = patrons.slice(from, from + 200);
    const next = from + 200 < patrons.length ? (page.at(-1)?.id ?? null) : null;
    await store.fillPage(LIBRARY, page, next, page.length);
  }
  await store.finishFill(LIBRARY);
}

/** Overwrites bytes of a file, as a failing disk does. */
export function damage(path: string, from: number, length: number, byte = 0xa5): void {
  const bytes = readFileSync(path);
  bytes.fill(byte, from, Math.min(from + length, bytes.length));
  writeFileSync(path, bytes);
}
