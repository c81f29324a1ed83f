import { createPinia, setActivePinia } from 'pinia';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { PatronSummary } from '../../../shared/patrons/patron.ts';
import { fakeMain, ok, refused, type FakeMain } from '../../testing/fake-main.ts';
import { useSession } from '../../app/session.ts';
import { i18n } from '../../app/words.ts';
import { PAGE, TYPING_PAUSE_MS, useSearch } from './search.ts';

const hit = (familyName: string) => ({ familyName }) as PatronSummary;
const found = (total: number, patrons: PatronSummary[], partial = false) => ok({ total, patrons, partial });
interface Asked {
  query: string;
  offset: number;
  order: string;
  from: 'copy' | 'server';
}

let main: FakeMain;
let search: ReturnType<typeof useSearch>;
beforeEach(() => {
  setActivePinia(createPinia());
  main = fakeMain();
  search = useSearch();
});
afterEach(() => search.$dispose());

describe('searching as staff type', () => {
  it('asks once, when the typing pauses', async () => {
    vi.useFakeTimers();
    main.answer('patrons.search', () => found(1, [hit('Lind')]));
    for (const text of ['l', 'li', 'lin']) search.type(text);
    await vi.advanceTimersByTimeAsync(TYPING_PAUSE_MS);
    expect(main.asked).toEqual([
      {
        name: 'patrons.search',
        args: { query: 'lin', offset: 0, limit: PAGE, order: 'plain', from: 'copy' },
      },
    ]);
    vi.useRealTimers();
  });

  it('keeps no hits, nor word that there are none, once the field is empty', async () => {
    main.answer('patrons.search', () => found(1, [hit('Lind')]));
    search.typed = 'lin';
    await search.searchNow();
    search.type('');
    expect([search.total, search.answered]).toEqual([0, undefined]);
  });

  it('drops an answer that a later search has overtaken', async () => {
    let answerFirst: () => void = () => undefined;
    main.answer('patrons.search', async ({ query }: Asked) => {
      if (query === 'slow') await new Promise<void>((resolve) => (answerFirst = resolve));
      return found(1, [hit(query)]);
    });
    search.typed = 'slow';
    const first = search.searchNow();
    search.typed = 'quick';
    await search.searchNow();
    answerFirst();
    await first;
    expect(search.hits.get(0)?.familyName).toBe('quick');
    expect(search.answered).toBe('quick');
  });

  it('shows what the copy has at once, then what the server has besides; without the line only the copy', async () => {
    const asked: string[] = [];
    let answerServer: () => void = () => undefined;
    main.answer('patrons.search', async ({ from }: Asked) => {
      asked.push(from);
      if (from === 'copy') return found(1, [hit('Copied')], true);
      await new Promise<void>((resolve) => (answerServer = resolve));
      return found(2, [hit('Copied'), hit('Elsewhere')]);
    });
    search.typed = 'a';
    await search.searchNow();
    expect(asked).toEqual(['copy']);
    const session = useSession();
    session.state = { status: 'signedIn', withLine: true } as never;
    session.sync = { online: true } as never;
    const searching = search.searchNow();
    await expect.poll(() => asked).toEqual(['copy', 'copy', 'server']);
    expect([search.total, search.searching]).toEqual([1, true]);
    answerServer();
    await searching;
    expect([search.total, search.searching, search.partial]).toEqual([2, false, false]);
  });

  it("asked the same again, keeps the server's hits until the server has answered anew", async () => {
    const session = useSession();
    session.state = { status: 'signedIn', withLine: true } as never;
    session.sync = { online: true } as never;
    let elsewhere = ['Elsewhere'];
    let answerServer: () => void = () => undefined;
    main.answer('patrons.search', async ({ from }: Asked) => {
      if (from === 'copy') return found(1, [hit('Copied')], true);
      await new Promise<void>((resolve) => (answerServer = resolve));
      return found(1 + elsewhere.length, ['Copied', ...elsewhere].map(hit));
    });
    search.typed = 'a';
    for (const total of [2, 3]) {
      const searching = search.searchNow();
      await new Promise((resolve) => setTimeout(resolve));
      expect([search.total, search.searching]).toEqual([total - 1, true]);
      answerServer();
      await searching;
      expect(search.total).toBe(total);
      elsewhere = ['Elsewhere', 'Registered'];
    }
  });

  it('keeps the hits in sight when the next search fails', async () => {
    main.answer('patrons.search', () => found(1, [hit('Lind')]));
    search.typed = 'lind';
    await search.searchNow();
    main.answer('patrons.search', () => refused({ code: 'serverAway' }));
    search.typed = 'lindq';
    await search.searchNow();
    expect(search.failure?.code).toBe('serverAway');
    expect(search.hits.get(0)?.familyName).toBe('Lind');
  });

  it('fetches each further page once, and puts it where it belongs', async () => {
    main.answer('patrons.search', ({ offset }: Asked) => found(250, [hit(`from ${offset}`)]));
    search.typed = '*';
    await search.searchNow();
    await Promise.all([search.need(190, 210), search.need(195, 215)]);
    expect(main.asked.map(({ args }) => (args as Asked).offset)).toEqual([0, 100, 200]);
    expect(search.hits.get(200)?.familyName).toBe('from 200');
  });

  it('asked the same again, fetches the further pages anew and keeps their rows until then', async () => {
    main.answer('patrons.search', ({ offset }: Asked) => found(150, [hit(`from ${offset}`)]));
    search.typed = '*';
    await search.searchNow();
    await search.need(100, 120);
    await search.searchNow();
    expect(search.hits.get(100)?.familyName).toBe('from 100');
    await search.need(100, 120);
    expect(main.asked.map(({ args }) => (args as Asked).offset)).toEqual([0, 100, 0, 100]);
  });

  it('asks anew, in the order of the language, when the language changes', async () => {
    main.answer('patrons.search', () => found(250, [hit('Lind')]));
    search.typed = '*';
    await search.searchNow();
    try {
      i18n.global.locale.value = 'sv';
      await expect.poll(() => main.asked.map(({ args }) => (args as Asked).order)).toEqual(['plain', 'sv']);
      await search.need(100, 120);
      expect(main.asked.at(-1)?.args).toMatchObject({ offset: 100, order: 'sv' });
    } finally {
      i18n.global.locale.value = 'en';
    }
  });

  it('forgets everything for whoever signs in next', async () => {
    main.answer('patrons.search', () => found(1, [hit('Lind')]));
    search.typed = 'lind';
    await search.searchNow();
    search.forget();
    expect([search.typed, search.answered, search.total, search.hits.size]).toEqual(['', undefined, 0, 0]);
  });
});
