// @vitest-environment happy-dom
import { flushPromises, mount } from '@vue/test-utils';
import { createPinia, setActivePinia } from 'pinia';
import { beforeEach, describe, expect, it } from 'vitest';
import { EVERYTHING } from '../../shared/capabilities.ts';
import type { SyncState } from '../../shared/ipc/sync.ts';
import { useSession } from '../app/session.ts';
import { i18n } from '../app/words.ts';
import { fakeMain, ok, refused } from '../testing/fake-main.ts';
import MainMenu from './MainMenu.vue';

const WAITING = 'Sign out while your acts wait?';
const UNSAVED = 'Sign out without saving?';
const Dialog = {
  props: ['open', 'heading'],
  template: '<div v-if="open" class="question"><h2>{{ heading }}</h2><slot name="actions" /></div>',
};
const waiting = (acts: number) =>
  ({ online: false, waiting: acts, undecided: 0, waitingFor: [] }) as unknown as SyncState;

let left = false;
beforeEach(() => {
  setActivePinia(createPinia());
  left = false;
  fakeMain().answer('session.signOut', ({ discard }: { discard: boolean }) => {
    left = discard;
    return discard
      ? ok({ status: 'signedOut', lastLibrary: null })
      : refused({ code: 'unsavedChanges', windows: 1 });
  });
});

describe('signing out where acts wait for their author, and a window holds unsaved text', () => {
  function signingOut(acts: number) {
    const session = useSession();
    const capabilities = { ...EVERYTHING, missing: { pushInAbsence: { why: 'notThere' } } };
    session.state = { status: 'signedIn', withLine: false, capabilities } as never;
    session.sync = waiting(acts);
    const menu = mount(MainMenu, {
      props: { page: 'patrons' },
      global: { plugins: [i18n], stubs: { Dialog, SyncStatus: true } },
    });
    /** Presses the button, or answers the question that stands. */
    return async (answer: 'anyway' | 'stay' = 'anyway') => {
      const answers = menu.findAll('.question button');
      const pressed = answers.at(answer === 'stay' ? 0 : -1) ?? menu.findAll('.item').at(-1);
      pressed?.element.dispatchEvent(new Event('click'));
      await flushPromises();
      return menu.findAll('.question h2').map((heading) => heading.text());
    };
  }

  it('puts each question once to whoever signs out all the same', async () => {
    const signOut = signingOut(2);
    expect(await signOut()).toEqual([WAITING]);
    expect(await signOut()).toEqual([UNSAVED]);
    expect(await signOut()).toEqual([]);
    expect(left).toBe(true);
  });

  it('tells of an act that came to wait while the other question stood, and keeps its answer', async () => {
    const signOut = signingOut(0);
    expect(await signOut()).toEqual([UNSAVED]);
    useSession().sync = waiting(1);
    expect(await signOut()).toEqual([WAITING]);
    expect(await signOut()).toEqual([]);
    expect(left).toBe(true);
  });

  it('asks anew about each whoever stayed, whatever they had agreed to before', async () => {
    const signOut = signingOut(0);
    expect(await signOut()).toEqual([UNSAVED]);
    useSession().sync = waiting(1);
    expect(await signOut()).toEqual([WAITING]);
    expect(await signOut('stay')).toEqual([]);
    expect(await signOut()).toEqual([WAITING]);
    expect(await signOut()).toEqual([UNSAVED]);
    expect(left).toBe(false);
  });
});
