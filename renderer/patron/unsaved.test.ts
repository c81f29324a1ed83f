import { createPinia, setActivePinia } from 'pinia';
import { nextTick } from 'vue';
import { beforeEach, describe, expect, it } from 'vitest';
import { fakeMain, type FakeMain } from '../testing/fake-main.ts';
import { useUnsaved } from './unsaved.ts';

let main: FakeMain;
let unsaved: ReturnType<typeof useUnsaved>;
beforeEach(() => {
  setActivePinia(createPinia());
  main = fakeMain();
  unsaved = useUnsaved();
});

describe('what is not saved', () => {
  it('is told to main as it comes and goes, not with every key', async () => {
    unsaved.mark('section', true);
    await nextTick();
    unsaved.mark('section', true);
    unsaved.mark('pin', true);
    await nextTick();
    unsaved.mark('section', false);
    unsaved.mark('pin', false);
    await nextTick();
    expect(main.asked.map(({ args }) => args)).toEqual([{ unsaved: true }, { unsaved: false }]);
  });

  it('nothing: leaving asks nobody', async () => {
    expect(await unsaved.mayLeave()).toBe(true);
    expect(unsaved.asking).toBe(false);
  });

  it.each([true, false])('something: leaving is what staff decide (%s)', async (leave) => {
    unsaved.mark('section', true);
    const answer = unsaved.mayLeave();
    expect(unsaved.asking).toBe(true);
    unsaved.decide(leave);
    expect(await answer).toBe(leave);
    expect(unsaved.asking).toBe(false);
  });

  it('asked twice, the first question is answered with staying', async () => {
    unsaved.mark('section', true);
    const first = unsaved.mayLeave();
    const second = unsaved.mayLeave();
    unsaved.decide(true);
    expect(await first).toBe(false);
    expect(await second).toBe(true);
  });
});
