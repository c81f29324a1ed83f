// @vitest-environment happy-dom
import { mount } from '@vue/test-utils';
import { createPinia } from 'pinia';
import { expect, it } from 'vitest';
import type { PatronSummary } from '../../../shared/patrons/patron.ts';
import { i18n } from '../../app/words.ts';
import { fakeMain } from '../../testing/fake-main.ts';
import PatronHit from './PatronHit.vue';

it('a line of an address that turns the text round leaves the postcode beside it as it is', () => {
  fakeMain();
  const patron = { addressLine: 'Storgatan 1\u202e', postcode: '985 35', town: 'Åträsk' } as PatronSummary;
  const hit = mount(PatronHit, { props: { patron }, global: { plugins: [i18n, createPinia()] } });
  expect(hit.text()).toContain('Storgatan 1\u202e, 985 35 Åträsk');
  expect(hit.findAll('.part').map((one) => one.text())).toEqual(['Storgatan 1\u202e', '985 35 Åträsk']);
});
