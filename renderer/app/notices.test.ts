import { createPinia, setActivePinia } from 'pinia';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { fakeMain } from '../testing/fake-main.ts';
import { useNotices } from './notices.ts';
import { i18n, useWords } from './words.ts';

const { t } = useWords();
const headings = () => useNotices().notices.map(({ words }) => words().heading);

beforeEach(() => {
  vi.useFakeTimers();
  setActivePinia(createPinia());
  fakeMain();
});
afterEach(() => {
  i18n.global.locale.value = 'en';
  vi.useRealTimers();
});

it('what stands there speaks the language of the windows, also when that is changed meanwhile', () => {
  const notices = useNotices();
  notices.failed({ code: 'serverAway', reference: '' });
  notices.done(() => t('block.done'));
  expect(headings()).toEqual(["The central server can't be reached.", 'The patron is blocked.']);
  i18n.global.locale.value = 'sv';
  expect(headings()).toEqual(['Den centrala servern kan inte nås.', 'Låntagaren är spärrad.']);
});

it('of what went well the last one stays, for a while; a failure stays until it is dismissed', () => {
  const notices = useNotices();
  notices.failed({ code: 'serverAway', reference: '' });
  notices.done(() => 'first');
  notices.done(() => 'second');
  expect(headings()).toEqual(["The central server can't be reached.", 'second']);
  vi.advanceTimersByTime(6000);
  expect(headings()).toEqual(["The central server can't be reached."]);
  notices.dismiss(notices.notices[0]?.id ?? 0);
  expect(headings()).toEqual([]);
});
