// @vitest-environment happy-dom
import { mount } from '@vue/test-utils';
import { createPinia, setActivePinia } from 'pinia';
import { expect, it } from 'vitest';
import { EMPTY_SECTIONS, SECTIONS } from '../../../shared/patrons/sections.ts';
import type { TaggedSections } from '../../../shared/patrons/stored.ts';
import { i18n } from '../../app/words.ts';
import { fakeMain } from '../../testing/fake-main.ts';
import SectionView from './SectionView.vue';

function sectionsWith(phones: string[]): TaggedSections {
  const values = { ...EMPTY_SECTIONS, contact: { ...EMPTY_SECTIONS.contact, phones } };
  const tagged = SECTIONS.map((section) => [section, { values: values[section], tag: 'one' }]);
  return Object.fromEntries(tagged) as TaggedSections;
}

it('a phone that a colleague took away is out of sight, though it stood there twice', async () => {
  setActivePinia(createPinia());
  fakeMain();
  const view = mount(SectionView, {
    props: { section: 'contact', sections: sectionsWith([]) },
    global: { plugins: [i18n] },
  });
  for (const phones of [['070', '070', '08'], ['08', '070'], ['08']]) {
    await view.setProps({ sections: sectionsWith(phones) });
    const shown = view.findAll('dl > div:first-child .line').map((line) => line.text());
    expect(shown).toEqual(phones);
  }
});
