// @vitest-environment happy-dom
import { flushPromises, mount } from '@vue/test-utils';
import { createPinia, setActivePinia } from 'pinia';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { PatronSummary } from '../../../shared/patrons/patron.ts';
import { useSession } from '../../app/session.ts';
import { i18n } from '../../app/words.ts';
import { fakeMain, ok, refused, type FakeMain } from '../../testing/fake-main.ts';
import PatronSearch from './PatronSearch.vue';
import { useSearch } from './search.ts';

const found = (ids: string[], partial = false) =>
  ok({
    total: ids.length,
    patrons: ids.map((id) => ({ id, familyName: id, givenName: '' }) as PatronSummary),
    partial,
  });
interface Asked {
  query: string;
  from: 'copy' | 'server';
}

let main: FakeMain;
let search: ReturnType<typeof useSearch>;
const intoHits = vi.fn();
beforeEach(() => {
  setActivePinia(createPinia());
  main = fakeMain();
  search = useSearch();
  intoHits.mockClear();
});

function withTheLine(): void {
  const session = useSession();
  session.state = { status: 'signedIn', withLine: true } as never;
  session.sync = { online: true } as never;
}

const shown = () =>
  mount(PatronSearch, {
    global: {
      plugins: [i18n],
      stubs: { PatronHits: { render: () => null, methods: { enter: intoHits } }, SearchStart: true },
    },
  });

async function find(words: string): Promise<void> {
  search.type(words);
  await search.searchNow();
}

async function pressEnter(page: ReturnType<typeof shown>): Promise<void> {
  page.get('form').element.dispatchEvent(new Event('submit', { cancelable: true }));
  await flushPromises();
}

const opened = () =>
  main.asked
    .filter(({ name }) => name === 'patrons.open')
    .map(({ args }) => (args as { patronId: string }).patronId);

describe('Enter in the search', () => {
  it('opens nobody of the words before where the search for the new ones fails', async () => {
    main.answer('patrons.search', ({ query }: Asked) =>
      query === 'Berg' ? found(['Berg']) : refused({ code: 'internal' }),
    );
    const page = shown();
    await find('Berg');
    search.type('Svensson');
    await pressEnter(page);
    expect(opened()).toEqual([]);
    expect(intoHits).not.toHaveBeenCalled();
  });

  it('waits for the search that a change of a patron began anew', async () => {
    const answers: (() => void)[] = [];
    main.answer('patrons.search', async ({ query }: Asked) => {
      if (query !== 'Berg') await new Promise<void>((resolve) => answers.push(resolve));
      return found([query]);
    });
    const page = shown();
    await find('Berg');
    search.type('Svensson');
    await pressEnter(page);
    main.raise('patrons.changed', {});
    answers[0]?.();
    await flushPromises();
    expect(opened()).toEqual([]);
    answers[1]?.();
    await flushPromises();
    expect(opened()).toEqual(['Svensson']);
  });

  it('opens nobody where staff typed on meanwhile', async () => {
    let answer: () => void = () => undefined;
    main.answer('patrons.search', async ({ query }: Asked) => {
      if (query === 'Berg') await new Promise<void>((resolve) => (answer = resolve));
      return found([query]);
    });
    const page = shown();
    search.type('Berg');
    await pressEnter(page);
    await find('Bergman');
    answer();
    await flushPromises();
    expect(opened()).toEqual([]);
  });

  it.each([
    { server: ['one'], opens: ['one'], goesIn: 0 },
    { server: ['one', 'two'], opens: [], goesIn: 1 },
  ])("takes the copy's only hit for the only one once the server says so: $server", async (one) => {
    withTheLine();
    let answerServer: () => void = () => undefined;
    main.answer('patrons.search', async ({ from }: Asked) => {
      if (from === 'copy') return found(['one'], true);
      await new Promise<void>((resolve) => (answerServer = resolve));
      return found(one.server);
    });
    const page = shown();
    void find('Berg');
    await flushPromises();
    await pressEnter(page);
    expect(opened()).toEqual([]);
    answerServer();
    await flushPromises();
    expect(opened()).toEqual(one.opens);
    expect(intoHits).toHaveBeenCalledTimes(one.goesIn);
    expect(main.asked.filter(({ name }) => name === 'patrons.search')).toHaveLength(2);
  });
});

describe('a copy that does not hold everybody', () => {
  const onlyCopy = 'Only the patrons kept at this desk were searched';
  const fromCopy = (ids: string[]) => {
    main.answer('patrons.search', ({ from }: Asked) =>
      from === 'copy' ? found(ids, true) : refused({ code: 'serverFailed' }),
    );
  };

  it.each([{ ids: [] }, { ids: ['one'] }])(
    'is said to be all that was searched without the line: $ids',
    async ({ ids }) => {
      fromCopy(ids);
      const page = shown();
      await find('Ek');
      await flushPromises();
      expect(page.text()).toContain(onlyCopy);
      expect(page.text()).not.toContain('No patron matches');
    },
  );

  it.each([{ ids: [] }, { ids: ['one'] }])(
    'is said to be all that was searched where the server failed: $ids',
    async ({ ids }) => {
      withTheLine();
      fromCopy(ids);
      const page = shown();
      await find('Ek');
      await flushPromises();
      expect(page.find('[role=alert]').exists()).toBe(true);
      expect(page.text()).toContain(onlyCopy);
      expect(page.text()).not.toContain('No patron matches');
      // Others may be called that, too.
      await pressEnter(page);
      expect(opened()).toEqual([]);
    },
  );

  it('is not spoken of once the server has answered', async () => {
    withTheLine();
    fromCopy([]);
    const page = shown();
    await find('Ek');
    main.answer('patrons.search', ({ from }: Asked) => found([], from === 'copy'));
    await search.searchNow();
    await flushPromises();
    expect(page.find('[role=alert]').exists()).toBe(false);
    expect(page.text()).not.toContain(onlyCopy);
    expect(page.text()).toContain('No patron matches');
  });

  it("leaves the server's hits in sight, said to be from before, where it fails at the same words later", async () => {
    withTheLine();
    main.answer('patrons.search', ({ from }: Asked) =>
      from === 'copy' ? found(['one'], true) : found(['one', 'two']),
    );
    const page = shown();
    await find('Ek');
    fromCopy(['one']);
    main.raise('patrons.changed', {});
    await flushPromises();
    expect(search.total).toBe(2);
    expect(page.get('[role=alert]').text()).toContain('These are the hits from before.');
  });
});
