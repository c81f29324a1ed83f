// @vitest-environment happy-dom
import { flushPromises, mount } from '@vue/test-utils';
import { createPinia, setActivePinia } from 'pinia';
import { beforeEach, describe, expect, it, test } from 'vitest';
import type { LibraryName } from '../../shared/library.ts';
import { fakeMain, ok, refused, type FakeMain } from '../testing/fake-main.ts';
import SignInForm from './SignInForm.vue';
import { i18n } from './words.ts';

let main: FakeMain;
let arrive: (libraries: LibraryName[]) => void;
beforeEach(() => {
  setActivePinia(createPinia());
  const libraries = new Promise<LibraryName[]>((resolve) => (arrive = resolve));
  main = fakeMain();
  main.answer('session.libraries', async () => ok({ libraries: await libraries }));
});

const shown = () =>
  mount(SignInForm, {
    props: { knownUsername: 'desk' },
    global: { plugins: [i18n] },
    attachTo: document.body,
  });

describe('when the libraries have come', () => {
  it('the first empty field has the focus', async () => {
    const form = shown();
    arrive([{ id: 'north', name: 'North' }]);
    await flushPromises();
    expect(document.activeElement).toBe(form.get('[type=password]').element);
    form.unmount();
  });

  it('whoever stands in a field stays there, though nothing is typed yet', async () => {
    const form = shown();
    const username = form.get<HTMLInputElement>('[type=text]').element;
    username.focus();
    arrive([{ id: 'north', name: 'North' }]);
    await flushPromises();
    expect(document.activeElement).toBe(username);
    form.unmount();
  });
});

async function tries(form: ReturnType<typeof shown>): Promise<void> {
  const password = form.get<HTMLInputElement>('[type=password]').element;
  password.value = 'a right one';
  password.dispatchEvent(new Event('input'));
  form.element.dispatchEvent(new Event('submit'));
  await flushPromises();
}

test('that somebody’s unsaved text is lost holds for one try', async () => {
  main.answer('session.signIn', () => refused({ code: 'unsavedChanges' }));
  const form = shown();
  arrive([{ id: 'north', name: 'North' }]);
  await flushPromises();
  await tries(form);
  const box = form.get<HTMLInputElement>('[type=checkbox]').element;
  box.checked = true;
  box.dispatchEvent(new Event('change'));
  main.answer('session.signIn', () => refused({ code: 'wrongCredentials' }));
  for (const discard of [true, false]) {
    await tries(form);
    expect(main.asked.at(-1)).toMatchObject({ name: 'session.signIn', args: { discard } });
  }
  expect(box.checked).toBe(false);
  form.unmount();
});

test.each(['serverAway', 'wrongCredentials', 'unsavedChanges'] as const)(
  'a password that let nobody in (%s) does not stay for whoever comes by',
  async (code) => {
    main.answer('session.signIn', () => refused({ code }));
    const form = shown();
    arrive([{ id: 'north', name: 'North' }]);
    await flushPromises();
    await tries(form);
    expect(main.asked.at(-1)).toMatchObject({
      name: 'session.signIn',
      args: { password: 'a right one', discard: false },
    });
    expect(form.get<HTMLInputElement>('[type=password]').element.value).toBe('');
    expect(form.get<HTMLInputElement>('[type=text]').element.value).toBe('desk');
    form.unmount();
  },
);
