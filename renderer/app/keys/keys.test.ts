// @vitest-environment happy-dom
import { mount } from '@vue/test-utils';
import { afterEach, describe, expect, it } from 'vitest';
import { PAGES } from '../../desk/pages.ts';
import { TAB_IDS } from '../../patron/tab-ids.ts';
import { i18n } from '../words.ts';
import KeyCaps from './KeyCaps.vue';
import { ariaKeys, shortcut, SHORTCUT_IDS, shortcutOf, singleOf } from './shortcuts.ts';

afterEach(() => {
  i18n.global.locale.value = 'en';
});

describe('shortcuts', () => {
  it('are told apart: no two of a window take the same keys', () => {
    for (const kind of ['desk', 'patron'] as const) {
      const keys = SHORTCUT_IDS.filter((id) => shortcut(id).windows.includes(kind) && !shortcut(id).listed)
        .flatMap((id) => shortcut(id).keys)
        .map((held) => held.join('+'));
      expect(new Set(keys).size).toBe(keys.length);
    }
  });

  it('have a digit for each page and each tab, and no more', () => {
    expect(shortcut('page').keys).toHaveLength(PAGES.length);
    expect(shortcut('tab').keys).toHaveLength(TAB_IDS.length);
  });

  it('are found by the key, whatever the layout makes of it with Alt', () => {
    const event = (key: string, code: string, held: object) =>
      new KeyboardEvent('keydown', { key, code, ...held });
    expect(shortcutOf(event('¡', 'Digit1', { altKey: true }), 'patron')).toEqual({ id: 'tab', at: 0 });
    expect(shortcutOf(event('3', 'Numpad3', { altKey: true }), 'desk')).toEqual({ id: 'page', at: 2 });
    expect(shortcutOf(event('4', 'Digit4', { altKey: true }), 'desk')).toBeUndefined();
    expect(shortcutOf(event('k', 'KeyK', { ctrlKey: true }), 'patron')?.id).toBe('search');
    expect(shortcutOf(event('b', 'KeyB', { ctrlKey: true }), 'desk')).toBeUndefined();
    expect(shortcutOf(event('b', 'KeyB', { ctrlKey: true }), 'patron')?.id).toBe('block');
    // AltGr is both on some keyboards.
    const altGr = Object.assign(event('b', 'KeyB', { ctrlKey: true }), { getModifierState: () => true });
    expect(shortcutOf(altGr, 'patron')).toBeUndefined();
    expect(singleOf('b', 'patron')).toBe('block');
    expect(ariaKeys('larger')).toBe('Control+Plus');
  });
});

it('keys are named in the language of the windows; of a row of digits the first and the last', () => {
  const caps = (keys: readonly (readonly string[])[]) =>
    mount(KeyCaps, { props: { keys } })
      .findAll('kbd')
      .map((cap) => cap.text());
  expect(caps(shortcut('tab').keys)).toEqual(['Alt', '1 – 6']);
  expect(caps([['Ctrl', 'Shift', 'Delete']])).toEqual(['Ctrl', 'Shift', 'Delete']);
  i18n.global.locale.value = 'sv';
  expect(caps([['Shift', 'F2']])).toEqual(['Skift', 'F2']);
});
