// Titles of what is lent and reserved. Koha's loans name an item, its holds a title's number: both are asked for in
// bunches, and remembered, since a library lends the same books again and again.
import { isFailure } from '../../support/failure.ts';
import { own, type KohaApi } from './api.ts';
import type { KohaDescription } from './description.ts';
import { biblioSchema, itemSchema, type KohaItem } from './records.ts';
import { shown } from './sections.ts';
import { textOf } from './values.ts';

export interface Title {
  title: string;
  author: string;
}
export interface Item extends Title {
  barcode: string;
}

const UNKNOWN: Title = { title: '', author: '' };
const AT_ONCE = 100;
const REMEMBERED = 20_000;

export class Titles {
  readonly #description: KohaDescription;
  readonly #items = new Map<number, Item>();
  readonly #titles = new Map<number, Title>();

  constructor(description: KohaDescription) {
    this.#description = description;
  }

  async ofItems(api: KohaApi, ids: readonly number[]): Promise<(id: number | null | undefined) => Item> {
    const found = recalled(this.#items, ids);
    const wanted = [...new Set(ids)].filter((id) => !found.has(id));
    for (const some of inBunches(wanted)) {
      const items = await this.#readItems(api, some);
      const bare = items.filter(({ biblio }) => !biblio).flatMap(({ biblio_id }) => biblio_id ?? []);
      const titleOf = await this.ofTitles(api, bare);
      for (const item of items) {
        const title = item.biblio ? titled(item.biblio) : titleOf(item.biblio_id);
        const whole = { ...title, barcode: textOf(item.external_id) };
        found.set(item.item_id, whole);
        remember(this.#items, item.item_id, whole);
      }
    }
    return (id) => found.get(id ?? -1) ?? { ...UNKNOWN, barcode: '' };
  }

  async ofTitles(api: KohaApi, ids: readonly number[]): Promise<(id: number | null | undefined) => Title> {
    const found = recalled(this.#titles, ids);
    const wanted = [...new Set(ids)].filter((id) => !found.has(id));
    for (const some of inBunches(wanted)) {
      const q = { [own('biblio_id')]: some };
      const read = api.list('/biblios', biblioSchema, { q, perPage: some.length }).then(({ value }) => value);
      for (const biblio of await read.catch(unknown)) {
        found.set(biblio.biblio_id, titled(biblio));
        remember(this.#titles, biblio.biblio_id, titled(biblio));
      }
    }
    return (id) => found.get(id ?? -1) ?? UNKNOWN;
  }

  async #readItems(api: KohaApi, ids: readonly number[]): Promise<KohaItem[]> {
    const request = { q: { [own('item_id')]: ids }, perPage: ids.length };
    const embed = this.#description.embeds('/items', ['biblio']);
    const read = async (embed: readonly string[]) =>
      (await api.list('/items', itemSchema, { ...request, embed })).value;
    // A version that can't embed what it says it can still gives the items.
    return read(embed).catch((thrown: unknown) => {
      if (embed.length === 0 || !isFailure(thrown, 'serverFailed', 'invalid', 'serverRubbish'))
        return unknown(thrown);
      return read([]).catch(unknown);
    });
  }
}

const titled = ({
  title,
  author,
  subtitle,
}: {
  title?: unknown;
  author?: unknown;
  subtitle?: unknown;
}): Title => ({
  title: shown([title, subtitle].filter((part) => typeof part === 'string' && part !== '').join(' ')),
  author: typeof author === 'string' ? shown(author) : '',
});

/** A loan is shown without its title where titles can't be had; only a line that is cut stops the whole. */
function unknown(thrown: unknown): [] {
  if (isFailure(thrown, 'missingRight', 'invalid', 'serverFailed', 'serverRubbish', 'patronUnseen'))
    return [];
  throw thrown;
}

function* inBunches(ids: readonly number[]): Generator<number[]> {
  for (let from = 0; from < ids.length; from += AT_ONCE) yield ids.slice(from, from + AT_ONCE);
}

/** What is remembered of these: taken out at once, since all of it may be forgotten before the others are read. */
function recalled<T>(known: ReadonlyMap<number, T>, ids: readonly number[]): Map<number, T> {
  return new Map(
    ids.flatMap((id) => {
      const value = known.get(id);
      return value === undefined ? [] : [[id, value] as const];
    }),
  );
}

function remember<T>(known: Map<number, T>, id: number, value: T): void {
  if (known.size >= REMEMBERED) known.clear();
  known.set(id, value);
}
