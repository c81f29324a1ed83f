// @vitest-environment happy-dom
// What the dialogs of an account do while something else happens: what staff saw is done, what they typed is kept.
import { flushPromises, mount, type DOMWrapper, type VueWrapper } from '@vue/test-utils';
import { createPinia, setActivePinia } from 'pinia';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EVERYTHING } from '../../../shared/capabilities.ts';
import type { Block, Patron } from '../../../shared/patrons/patron.ts';
import { EMPTY_SECTIONS } from '../../../shared/patrons/sections.ts';
import { useSession } from '../../app/session.ts';
import { i18n } from '../../app/words.ts';
import { fakeMain, ok, refused, type FakeMain } from '../../testing/fake-main.ts';
import { usePatron } from '../patron.ts';
import { useUnsaved } from '../unsaved.ts';
import BlockDialog from './BlockDialog.vue';
import DeleteDialog from './DeleteDialog.vue';
import { useDownload } from './download.ts';
import DownloadDialog from './DownloadDialog.vue';
import UnblockDialog from './UnblockDialog.vue';

const sections = Object.fromEntries(
  Object.entries(EMPTY_SECTIONS).map(([section, values]) => [section, { values, tag: 'one' }]),
);
const lists = { blocks: [], loans: [], reservations: [], debts: [], totalDebt: 0, guarantorFor: [] };
const patronWith = (what: Partial<Patron>) =>
  ({ sections, debtBlock: null, ...lists, ...what }) as unknown as Patron;

let main: FakeMain;
let stored: Patron;
beforeEach(() => {
  setActivePinia(createPinia());
  main = fakeMain();
  main.answer('patron.read', () => ok({ patron: stored, acts: [], asOf: null }));
  const session = useSession();
  session.state = { status: 'signedIn', withLine: true, capabilities: EVERYTHING, permissions: [] } as never;
  session.sync = { online: true } as never;
});

const Dialog = {
  props: ['open', 'closable'],
  template: '<div v-if="open"><slot /><slot name="actions" /></div>',
};
const global = { plugins: [i18n], stubs: { Dialog } };
// Not `trigger`: the window of these tests has no events of its own.
async function press(button: DOMWrapper<Element> | undefined): Promise<void> {
  button?.element.dispatchEvent(new Event('click'));
  await flushPromises();
}
async function type(dialog: VueWrapper, comment: string): Promise<void> {
  const area = dialog.get('textarea').element;
  area.value = comment;
  area.dispatchEvent(new Event('input'));
  await flushPromises();
}
async function send(dialog: VueWrapper): Promise<void> {
  dialog.get('form').element.dispatchEvent(new Event('submit', { cancelable: true }));
  await flushPromises();
}
const asked = (request: string) => main.asked.filter(({ name }) => name === request).map(({ args }) => args);

describe('whoever is asked whether to delete a patron', () => {
  async function opened() {
    const store = usePatron();
    store.start();
    await expect.poll(() => store.patron).toBeDefined();
    const dialog = mount(DeleteDialog, { props: { open: false, patron: stored }, global });
    await dialog.setProps({ open: true });
    await flushPromises();
    const changed = async (by: Partial<Patron>) => {
      stored = patronWith(by);
      main.raise('patron.changed', { patronId: 'p' });
      await flushPromises();
      await dialog.setProps({ patron: stored });
    };
    return { dialog, changed, submit: () => press(dialog.findAll('button').at(-1)) };
  }

  it('deletes them as they were then; what a colleague changed behind the question has to be seen first', async () => {
    stored = patronWith({ tag: 'as asked' });
    main.answer('patron.delete', ({ tag }: { tag: string }) =>
      tag === stored.tag ? ok({}) : refused({ code: 'changedMeanwhile' }),
    );
    const { dialog, changed, submit } = await opened();
    await changed({ tag: 'with a note' });
    await submit();
    expect(asked('patron.delete')).toEqual([{ tag: 'as asked' }]);
    expect(dialog.get('[role=alert]').text()).toContain('was changed while you were looking');
    await submit();
    expect(asked('patron.delete').at(-1)).toEqual({ tag: 'with a note' });
    expect(usePatron().gone).toBe('here');
  });

  it('deletes them as the server had them, where its news came while they were read', async () => {
    stored = patronWith({ tag: 'of the copy' });
    main.answer('patron.read', async ({ fresh }: { fresh: boolean }) => {
      await flushPromises();
      if (fresh && usePatron().patron) {
        stored = patronWith({ tag: 'of the server' });
        main.raise('patron.changed', { patronId: 'p' });
      }
      return ok({ patron: stored, acts: [], asOf: null });
    });
    const { changed, submit } = await opened();
    await expect.poll(() => usePatron().patron?.tag).toBe('of the server');
    await changed({ tag: 'with a note' });
    await submit();
    expect(asked('patron.delete')).toEqual([{ tag: 'of the server' }]);
  });

  it('deletes them as they were once nothing stood in the way any more', async () => {
    stored = patronWith({ tag: 'with a loan', loans: [{}] as unknown as Patron['loans'] });
    const { changed, submit } = await opened();
    await changed({ tag: 'returned' });
    await changed({ tag: 'with a note' });
    await submit();
    expect(asked('patron.delete')).toEqual([{ tag: 'returned' }]);
  });
});

describe('whoever lifts the blocks of a patron', () => {
  const block = (id: string, comment: string): Block => {
    return { id, comment, blockedAt: '2026-11-28T10:00:00Z', blockedBy: 'Ada' };
  };
  const found = block('found', 'Card found in the street');
  const threat = block('threat', 'Threatened a colleague');
  async function opened() {
    main.answer('patron.unblock', () => ok({ saved: 'confirmed' }));
    stored = patronWith({ blocks: [found] });
    usePatron().patron = stored;
    const dialog = mount(UnblockDialog, { props: { open: false, patron: stored }, global });
    await dialog.setProps({ open: true });
    await type(dialog, 'Came with the card');
    return dialog;
  }

  it('lifts none that came behind the dialog before they were told and pressed again', async () => {
    const dialog = await opened();
    await dialog.setProps({ patron: patronWith({ blocks: [found, threat] }) });
    await send(dialog);
    expect(asked('patron.unblock')).toEqual([]);
    expect(dialog.get('[role=alert]').text()).toContain('was changed while you were looking');
    expect(dialog.text()).toContain('Threatened a colleague');
    await send(dialog);
    expect(asked('patron.unblock')).toEqual([{ blocks: ['found', 'threat'], comment: 'Came with the card' }]);
  });

  it('hears from the server that a colleague has lifted them all', async () => {
    const dialog = await opened();
    main.answer('patron.unblock', () => refused({ code: 'notBlocked' }));
    await dialog.setProps({ patron: patronWith({ blocks: [] }) });
    await send(dialog);
    expect(asked('patron.unblock')).toMatchObject([{ blocks: ['found'] }]);
    expect(dialog.get('[role=alert]').text()).toContain('blocked');
  });
});

describe('a comment that is typed and not sent', () => {
  afterEach(() => (i18n.global.locale.value = 'en'));
  async function typed() {
    usePatron().patron = patronWith({});
    const dialog = mount(BlockDialog, { props: { open: true }, global });
    await type(dialog, 'Kept the atlas.');
    expect(useUnsaved().unsaved).toBe(true);
    return dialog;
  }

  it('is not asked about any more once staff have let go of it with its tab', async () => {
    (await typed()).unmount();
    expect(useUnsaved().unsaved).toBe(false);
  });

  it('is not asked about any more once it is deleted, though the language was changed meanwhile', async () => {
    const dialog = await typed();
    i18n.global.locale.value = 'sv';
    await type(dialog, '');
    expect(useUnsaved().unsaved).toBe(false);
  });
});

describe('what is on its way to the server', () => {
  const REQUESTS = { block: 'patron.block', delete: 'patron.delete' } as const;

  it.each([
    ['block', BlockDialog],
    ['delete', DeleteDialog],
  ] as const)("can't be cancelled: whoever tries to %s sees that it failed", async (what, component) => {
    let answer = () => {};
    const answered = new Promise<void>((resolve) => (answer = resolve));
    main.answer(REQUESTS[what], () => answered.then(() => refused({ code: 'serverFailed' })));
    stored = patronWith({ tag: 'one' });
    usePatron().patron = stored;
    const dialog = mount(component as typeof DeleteDialog, {
      props: { open: true, patron: stored, 'onUpdate:open': (open) => dialog.setProps({ open }) },
      global,
    });
    if (what === 'block') {
      await type(dialog, 'Kept the atlas.');
      await send(dialog);
    } else await press(dialog.findAll('button').at(-1));
    expect(asked(REQUESTS[what])).toHaveLength(1);
    await press(dialog.findAll('button').at(0));
    expect(dialog.getComponent(Dialog).props()).toEqual({ open: true, closable: false });
    answer();
    await flushPromises();
    expect(dialog.find('[role=alert]').exists()).toBe(true);
    await press(dialog.findAll('button').at(0));
    expect(dialog.getComponent(Dialog).props('open')).toBe(false);
  });
});

describe('whoever is asked who wants the patron data file', () => {
  it('answers anew each time: what was checked for a file that they let go of counts for no other', async () => {
    main.answer('patron.downloadQuestions', () => ok({ whoIsAsking: true, elsewhere: null }));
    stored = patronWith({ ageGroup: 'child' });
    usePatron().patron = stored;
    const dialog = mount(DownloadDialog, { props: { patron: stored }, global });
    const box = () => dialog.get<HTMLInputElement>('input').element;
    const ticked = () => box().checked;
    await useDownload().start();
    box().checked = true;
    box().dispatchEvent(new Event('change'));
    await flushPromises();
    expect(ticked()).toBe(true);
    useDownload().asking = false;
    await flushPromises();
    await useDownload().start();
    await flushPromises();
    expect(ticked()).toBe(false);
    await press(dialog.findAll('button').at(-1));
    expect(asked('patron.download')).toEqual([]);
  });
});
