// Compiles what a patron data file begins with: everything that is never long.
import { LEFT_OUT_BY_SERVER } from '../shared/patron-data/left-out.ts';
import type { LongPart, PatronDataHead } from '../shared/patron-data/document.ts';
import { ofRecord } from '../shared/patron-data/of-record.ts';
import type { Libraries } from './libraries.ts';
import type { PatronDataParts } from './patron-data-parts.ts';
import { whoseCard, type FailedPins } from './patrons/failed-pins.ts';
import type { PatronRow, Records } from './patrons/record.ts';
import { timeOf, type Clock } from './ports.ts';
import type { Store } from './store/store.ts';

export interface PatronDataSources {
  store: Store;
  clock: Clock;
  libraries: Libraries;
  records: Records;
  failedPins: FailedPins;
  longParts: PatronDataParts;
}

export interface BegunExport {
  /** Pages of long parts are as they were at this time. */
  upTo: string;
  head: PatronDataHead;
  counts: Record<LongPart, number>;
}

export class PatronData {
  readonly #sources: PatronDataSources;

  constructor(sources: PatronDataSources) {
    this.#sources = sources;
  }

  begin(patron: PatronRow): BegunExport {
    const upTo = timeOf(this.#sources.clock);
    return { upTo, head: this.#head(patron, upTo), counts: this.#sources.longParts.counts(patron, upTo) };
  }

  #head(patron: PatronRow, madeAt: string): PatronDataHead {
    const { libraries, records } = this.#sources;
    const record = records.whole(patron);
    const cards = record.sections.card.values.cards.map(({ number }) => number);
    return {
      madeAt,
      madeFrom: { kind: 'server' },
      leftOut: LEFT_OUT_BY_SERVER,
      ...ofRecord(record, libraries.get(patron.library), []),
      blocks: this.#blocks(patron),
      agreements: records.agreements(patron).map(({ id: _, ...agreement }) => agreement),
      sources: this.#sourcesOf(patron),
      failedSignIns: this.#failedSignIns(patron, cards),
    };
  }

  #blocks(patron: PatronRow): PatronDataHead['blocks'] {
    return this.#sources.store.rows(
      `SELECT comment, blocked_at AS blockedAt, lifted_at AS liftedAt, lift_comment AS liftComment,
         keep_until AS keptUntil
       FROM block WHERE patron = ? ORDER BY blocked_at, id`,
      patron.number,
    );
  }

  #sourcesOf(patron: PatronRow): PatronDataHead['sources'] {
    return this.#sources.store.rows(
      'SELECT what, came_from AS "from", on_day AS "on" FROM source WHERE patron = ? ORDER BY on_day',
      patron.number,
    );
  }

  #failedSignIns(patron: PatronRow, cards: string[]): PatronDataHead['failedSignIns'] {
    const time = (moment: number) => new Date(moment).toISOString();
    return cards.flatMap((cardNumber) =>
      this.#sources.failedPins.of(whoseCard(patron.library, cardNumber)).map((failed) => ({
        cardNumber,
        failures: failed.failures,
        lastAt: time(failed.lastAt),
        lockedUntil: failed.lockedUntil === null ? null : time(failed.lockedUntil),
      })),
    );
  }
}
