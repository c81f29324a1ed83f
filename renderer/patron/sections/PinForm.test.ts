// @vitest-environment happy-dom
import { flushPromises, mount, type VueWrapper } from '@vue/test-utils';
import { createPinia, setActivePinia } from 'pinia';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EVERYTHING } from '../../../shared/capabilities.ts';
import { EMPTY_SECTIONS, SECTIONS } from '../../../shared/patrons/sections.ts';
import type { Patron } from '../../../shared/patrons/patron.ts';
import { useSession } from '../../app/session.ts';
import { i18n } from '../../app/words.ts';
import { fakeMain, ok, type FakeMain } from '../../testing/fake-main.ts';
import { usePatron } from '../patron.ts';
import { useUnsaved } from '../unsaved.ts';
import { useEditing } from './editing.ts';
import SectionEditor from './SectionEditor.vue';

const sections = Object.fromEntries(
  SECTIONS.map((section) => [section, { values: EMPTY_SECTIONS[section], tag: 'one' }]),
) as unknown as Patron['sections'];

let main: FakeMain;
let form: VueWrapper;
let editing: ReturnType<typeof useEditing>;
const inputs = () => form.findAll<HTMLInputElement>('.pin input');
const typedPins = () => inputs().map(({ element }) => element.value);

beforeEach(async () => {
  setActivePinia(createPinia());
  main = fakeMain();
  main.answer('patron.saveSection', () => ok({ saved: 'confirmed' }));
  const patron = { sections } as Patron;
  main.answer('patron.read', () => ok({ patron, acts: [], asOf: null }));
  usePatron().patron = patron;
  const session = useSession();
  const library = { rules: { pinLength: { min: 4, max: 4 } } };
  const signedIn = { status: 'signedIn', withLine: true, capabilities: EVERYTHING, permissions: [], library };
  session.state = signedIn as never;
  session.sync = { online: true } as never;
  editing = useEditing();
  await editing.open('card');
  form = mount(SectionEditor, { props: { section: 'card' }, global: { plugins: [i18n] } });
  for (const { element } of inputs()) {
    element.value = '8264';
    element.dispatchEvent(new Event('input'));
  }
  await flushPromises();
});
afterEach(() => form.unmount());

describe('a new PIN that is typed, and not saved', () => {
  it('stays, and is said to be unsaved, where Save of the section around it changes nothing', async () => {
    await editing.save();
    await flushPromises();
    expect(editing.section).toBe('card');
    expect(typedPins()).toEqual(['8264', '8264']);
    expect(form.find('.pin [role=alert]').exists()).toBe(true);
    expect(useUnsaved().unsaved).toBe(true);
  });

  it('is read by nobody who stands beside', () => {
    expect(inputs().map(({ element }) => element.type)).toEqual(['password', 'password']);
  });

  it('stays where that Save saves a card, which is then what is stored', async () => {
    const card = { values: { cards: [{ number: 'A1', state: 'active' }] }, tag: 'two' };
    const patron = { sections: { ...sections, card } } as Patron;
    if (editing.draft) editing.draft.values['cards'] = [{ number: 'A1', state: 'active' }];
    main.answer('patron.read', () => ok({ patron, acts: [], asOf: null }));
    await editing.save();
    await flushPromises();
    expect(main.asked.filter(({ name }) => name === 'patron.saveSection')).toHaveLength(1);
    expect(editing.dirty).toBe(false);
    expect(typedPins()).toEqual(['8264', '8264']);
    expect(form.find('.pin [role=alert]').exists()).toBe(true);
  });

  it('holds nothing open any more once it is saved', async () => {
    await editing.save();
    expect(editing.section).toBe('card');
    form.find('form.pin').element.dispatchEvent(new Event('submit'));
    await flushPromises();
    expect(typedPins()).toEqual(['', '']);
    expect(form.find('.pin [role=alert]').exists()).toBe(false);
    await editing.save();
    expect(editing.section).toBeUndefined();
  });
});
