// What truly happened at the server, as seen from outside: each change of a patron's record with the request that
// brought it, and who was allowed what at that moment. A restore cuts it back to where the backup was made, as it cuts
// back the server. It reads records only, never the server's own book-keeping of keys and acts.
import { isDeepStrictEqual } from 'node:util';
import type { Central } from '../../server/central.ts';
import type { PatronRow } from '../../server/patrons/record.ts';
import { ACT_HEADERS, DESK_HEADER } from '../../shared/central/endpoint.ts';
import type { Block, Patron } from '../../shared/patrons/patron.ts';
import { SECTIONS, type FieldValues, type SectionId } from '../../shared/patrons/sections.ts';
import type { Permission } from '../../shared/permissions.ts';
import type { Routed } from './routes.ts';

interface Seen {
  version: string;
  pin: string | null;
  patron: Patron;
}

export interface Effect {
  kind: 'effect';
  endpoint: string;
  act: string;
  desk: string;
  staff: string | undefined;
  /** The patron whom the act was about, or another whose record changed with it. */
  patronId: string;
  about: string;
  sections: Partial<Record<SectionId, { before: FieldValues; after: FieldValues }>>;
  blocked: Block[];
  lifted: string[];
  created: boolean;
  deleted: boolean;
  /** The PIN that was asked for, where it was set. */
  pinSet: string | undefined;
}
interface Allowed {
  kind: 'allowed';
  staff: string;
  permissions: readonly Permission[];
}

/** All that had happened when a backup was made: a server may be restored to one history and then to another. */
export type Mark = readonly (Effect | Allowed)[];

export class Timeline {
  #entries: (Effect | Allowed)[] = [];
  #seen = new Map<string, Seen>();
  /** What ever happened, lost by a restore or not. */
  readonly ever: Effect[] = [];
  /** Effects that one restore had lost and a later one brought back, and when it did, in true time. */
  readonly broughtBack = new Map<Effect, number>();
  readonly #staffOf = new Map<string, string>();
  get mark(): Mark {
    return [...this.#entries];
  }

  get effects(): readonly Effect[] {
    return this.#entries.filter((entry) => entry.kind === 'effect');
  }

  /** Effects that a restore would lose. */
  since(mark: Mark): readonly Effect[] {
    return this.effects.filter((effect) => !mark.includes(effect));
  }

  patron(id: string): Patron | undefined {
    return this.#seen.get(id)?.patron;
  }

  patrons(library: string): Patron[] {
    return [...this.#seen.values()].map(({ patron }) => patron).filter((one) => one.library === library);
  }

  /** Whose access token or grant it is, as the server's answers said. */
  knowToken(token: string, staff: string): void {
    this.#staffOf.set(token, staff);
  }

  staffBy(authorization: string | undefined): string | undefined {
    return this.#staffOf.get((authorization ?? '').replace(/^Bearer /, ''));
  }

  allow(staff: string, permissions: readonly Permission[]): void {
    this.#entries.push({ kind: 'allowed', staff, permissions: [...permissions] });
  }

  /** What a member of staff was allowed when the entry at `index` came about; now, without one. */
  permissions(staff: string, before?: Effect): readonly Permission[] {
    const until = before ? this.#entries.indexOf(before) : this.#entries.length;
    const entry = this.#entries
      .slice(0, until)
      .findLast((one) => one.kind === 'allowed' && one.staff === staff);
    return entry?.kind === 'allowed' ? entry.permissions : [];
  }

  /** The server is in the state that it was in then. */
  cutBack(to: Mark, central: Central, at: number): void {
    for (const entry of to)
      if (entry.kind === 'effect' && !this.#entries.includes(entry)) this.broughtBack.set(entry, at);
    this.#entries = [...to];
    this.#seen = new Map(rowsOf(central).map((row) => [row.id, seenOf(central, row)]));
  }

  /** Notes what is other than it was: the request's doing, or the demo data's where there is none. */
  look(central: Central, request: Routed | undefined): readonly Effect[] {
    const rows = new Map(marksOf(central).map((row) => [row.id, row]));
    const effects: Effect[] = [];
    for (const [id, before] of this.#seen) {
      if (rows.has(id)) continue;
      this.#seen.delete(id);
      effects.push({ ...effectOf(request, this, id), ...differences(before, undefined, undefined) });
    }
    for (const [id, row] of rows) {
      const before = this.#seen.get(id);
      if (before?.version === versionOf(row) && before.pin === row.pin) continue;
      const after = seenOf(central, rowOf(central, id));
      this.#seen.set(id, after);
      effects.push({ ...effectOf(request, this, id), ...differences(before, after, pinIn(request)) });
    }
    if (request) this.#entries.push(...effects);
    if (request) this.ever.push(...effects);
    return request ? effects : [];
  }
}

type RowMarks = Pick<PatronRow, 'id' | 'version' | 'epoch' | 'pin'>;
const rowsOf = (central: Central): PatronRow[] => central.parts.store.rows('SELECT * FROM patron');
/** Whether a row is other than it was, at little cost: this is asked after every act. */
const marksOf = (central: Central): RowMarks[] =>
  central.parts.store.rows('SELECT id, version, epoch, pin FROM patron');
function rowOf(central: Central, id: string): PatronRow {
  const row = central.parts.store.row<PatronRow>('SELECT * FROM patron WHERE id = ?', id);
  if (!row) throw new Error(`${id} is gone.`);
  return row;
}
const versionOf = ({ version, epoch }: RowMarks) => `${epoch}.${version}`;
const seenOf = (central: Central, row: PatronRow): Seen => ({
  ...{ version: versionOf(row), pin: row.pin },
  patron: central.parts.records.whole(row),
});

function effectOf(request: Routed | undefined, timeline: Timeline, patronId: string) {
  const { name = '', call } = request ?? {};
  const headers = call?.headers ?? {};
  return {
    kind: 'effect' as const,
    ...{ endpoint: name, act: headers[ACT_HEADERS.act] ?? '', desk: headers[DESK_HEADER] ?? '' },
    staff: timeline.staffBy(headers['authorization']),
    patronId,
    about: call?.params['patronId'] ?? patronId,
  };
}

const pinIn = (request: Routed | undefined): string | undefined =>
  (request?.call.body as { pin?: string } | undefined)?.pin;

function differences(before: Seen | undefined, after: Seen | undefined, pin: string | undefined) {
  const sections: Effect['sections'] = {};
  for (const section of SECTIONS) {
    const [was, is] = [before, after].map((seen) => seen?.patron.sections[section].values);
    if (was && is && !isDeepStrictEqual(was, is))
      sections[section] = { before: was as FieldValues, after: is as FieldValues };
  }
  const [had, has] = [before, after].map((seen) => seen?.patron.blocks ?? []) as [Block[], Block[]];
  const gone = (from: Block[], to: Block[]) => from.filter(({ id }) => !to.some((one) => one.id === id));
  return {
    sections,
    blocked: gone(has, had),
    lifted: gone(had, has).map(({ id }) => id),
    ...{ created: !before, deleted: !after, pinSet: before?.pin === after?.pin ? undefined : pin },
  };
}
