// A block set or lifted at another desk is a patron attribute, and moves no time that Koha tells. So every few minutes the
// desk asks who has such an attribute at all: few patrons do.
import { z } from 'zod';
import type { Clock } from '../../../shared/clock.ts';
import { isFailure } from '../../support/failure.ts';
import type { HeldPatrons } from '../central-server.ts';
import { own, type KohaApi } from './api.ts';
import { readBlockText } from './block-text.ts';
import { NOTHING_FOUND, type Finding } from './finding.ts';
import type { KohaIds } from './ids.ts';
import { isOfType } from './patron.ts';
import { attributeSchema } from './records.ts';
import { isRefusal } from './refusals.ts';
import { textOf } from './values.ts';

const EVERY_MS = 5 * 60_000;
/** A way of asking that has failed so often in a row is left alone for a while. */
const TRIES = 2;
const LEFT_ALONE_MS = 3_600_000;
const PAGE = 200;
/** More blocks than any library has: a Koha that gives the same page again and again has not understood. */
const MOST_PAGES = 250;
const EMBED = 'extended_attributes';
const blockedSchema = z.looseObject({
  patron_id: z.coerce.number().int(),
  extended_attributes: z.array(attributeSchema).nullish(),
});

/** Names of an attribute's type and value. */
interface Way {
  type: string;
  value: string;
  failures: number;
  failedAt: number;
}

export class BlockWatch {
  readonly #clock: Clock;
  readonly #type: string;
  #askedAt = -Infinity;
  /** Who had which blocks when that was told of, by the numbers of their attributes. */
  #before: ReadonlyMap<number, string> = new Map();
  /** Ways of asking that Koha may understand, the one by which it found somebody first. */
  #ways: Way[] = [
    { type: `${EMBED}.type`, value: `${EMBED}.value`, failures: 0, failedAt: 0 },
    // As its database has them: its own description names them so.
    { type: `${EMBED}.code`, value: `${EMBED}.attribute`, failures: 0, failedAt: 0 },
  ];

  /** `type` of attribute; undefined where blocks aren't kept in one. */
  constructor(clock: Clock, type: string | undefined) {
    this.#clock = clock;
    this.#type = type ?? '';
    if (type === undefined) this.#ways = [];
  }

  /** Finds patrons whose blocks at `library` are others than the copy has, where it's time to ask. */
  async step(api: KohaApi, library: string, held: HeldPatrons, ids: KohaIds): Promise<Finding> {
    // A clock that was set back puts it off no longer.
    if (Math.abs(this.#clock.now() - this.#askedAt) < EVERY_MS) return NOTHING_FOUND;
    const askedAt = this.#clock.now();
    const shown = (await held.blocked()).flatMap((id) => ids.number('patron', id) ?? []);
    const now = await this.#ask(api, library, shown);
    if (!now) {
      this.#askedAt = askedAt;
      return NOTHING_FOUND;
    }
    const before = this.#before;
    // Whom the copy shows as blocked, it says itself; which blocks those are, only what was told before.
    const isOld = (number: number) => shown.includes(number) && now.get(number) === before.get(number);
    return {
      numbers: [...[...now.keys()].filter((one) => !isOld(one)), ...shown.filter((one) => !now.has(one))],
      stored: () => {
        this.#askedAt = askedAt;
        this.#before = now;
      },
    };
  }

  /** Undefined where no way has led to an answer: Koha understands none, or just fails. */
  async #ask(
    api: KohaApi,
    library: string,
    shown: readonly number[],
  ): Promise<Map<number, string> | undefined> {
    const now = this.#clock.now();
    for (const way of this.#ways) {
      if (way.failures >= TRIES && Math.abs(now - way.failedAt) < LEFT_ALONE_MS) continue;
      const blocked = await this.#blocked(api, library, way);
      if (blocked && !(await this.#overlooks(blocked, shown, api, library))) {
        way.failures = 0;
        if (blocked.size > 0) this.#ways = [way, ...this.#ways.filter((one) => one !== way)];
        return blocked;
      }
      way.failures++;
      way.failedAt = now;
    }
    return undefined;
  }

  /** A Koha that doesn't understand a condition may find nobody, instead of saying so. */
  async #overlooks(
    blocked: ReadonlyMap<number, string>,
    shown: readonly number[],
    api: KohaApi,
    library: string,
  ): Promise<boolean> {
    const [one] = shown.filter((number) => !blocked.has(number));
    if (blocked.size > 0 || one === undefined) return false;
    try {
      const { value } = await api.one(`/patrons/${one}`, blockedSchema, [EMBED]);
      // One that somebody wrote by hand after a blank isn't found in any way.
      return this.#blocksOf(value, library).some((block) => textOf(block.value).startsWith(`${library}|`));
    } catch (thrown) {
      if (isRefusal(thrown, 404)) return false;
      throw thrown;
    }
  }

  #blocksOf({ extended_attributes }: z.infer<typeof blockedSchema>, library: string) {
    return (extended_attributes ?? []).filter(
      ({ type, value }) => isOfType(type, this.#type) && readBlockText(textOf(value))?.library === library,
    );
  }

  async #blocked(api: KohaApi, library: string, way: Way): Promise<Map<number, string> | undefined> {
    const q = { [way.type]: this.#type, [way.value]: { '-like': `${library}|%` } };
    const blocked = new Map<number, string>();
    try {
      let perPage = PAGE;
      for (let page = 1; page <= MOST_PAGES; page++) {
        const order = [own('patron_id')];
        const request = { q, order, page, perPage, embed: [EMBED] };
        const { value, total = Infinity } = await api.list('/patrons', blockedSchema, request);
        for (const patron of value) {
          const blocks = this.#blocksOf(patron, library);
          if (blocks.length > 0)
            blocked.set(patron.patron_id, blocks.map((one) => one.extended_attribute_id).join());
        }
        if (value.length === 0 || (page - 1) * perPage + value.length >= total) return blocked;
        // It may give fewer at a time than asked for.
        if (page === 1) perPage = value.length;
      }
      return undefined;
    } catch (thrown) {
      if (!isFailure(thrown, 'serverFailed', 'invalid', 'serverRubbish')) throw thrown;
      return undefined;
    }
  }
}
