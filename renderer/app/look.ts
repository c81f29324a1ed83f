// How the windows look: what staff chose and what policy says, as main keeps them. Puts it on the page.
import { defineStore } from 'pinia';
import { computed, ref, watch } from 'vue';
import { ZOOM_STEPS, type Choices, type DeskLook, type Preferences } from '../../shared/ipc/desk.ts';
import { ask, hear } from './ask.ts';
import { speak } from './words.ts';

export const useLook = defineStore('look', () => {
  const preferences = ref<Preferences>();
  const rules = ref<DeskLook['rules']>();
  /** Somebody pressed the privacy key: nothing is in sight in any window. */
  const hidden = ref(false);
  /** Nobody has looked at this window for a while. */
  const unattended = ref(false);
  const covered = computed(() => hidden.value || unattended.value);
  const singleKeys = computed(() => preferences.value?.singleKeys ?? false);

  hear('preferences.changed', (changed) => (preferences.value = changed));
  hear('privacy.changed', (changed) => (hidden.value = changed.hidden));
  watch(
    preferences,
    (now) => {
      if (!now) return;
      void speak(now.language);
      const { dataset } = document.documentElement;
      dataset['theme'] = now.theme;
      dataset['density'] = now.density;
    },
    { deep: true },
  );

  function take(look: DeskLook): void {
    preferences.value = look.preferences;
    rules.value = look.rules;
    hidden.value = look.hidden;
  }

  async function choose(chosen: Choices): Promise<void> {
    // At once here; main then tells every window, this one too.
    if (preferences.value) preferences.value = { ...preferences.value, ...chosen };
    await ask('preferences.choose', chosen);
  }

  /** Larger or smaller by so many steps; 0: as it was at first. */
  async function zoom(steps: number): Promise<void> {
    const now = ZOOM_STEPS.indexOf(preferences.value?.zoom ?? 1);
    const step = steps === 0 ? 1 : ZOOM_STEPS[Math.max(0, Math.min(ZOOM_STEPS.length - 1, now + steps))];
    if (step !== undefined) await choose({ zoom: step });
  }

  /** The privacy key. What this window shows goes before anybody is asked. */
  async function hide(to: boolean): Promise<void> {
    hidden.value = to;
    await ask('window.hide', { hidden: to });
  }

  async function uncover(): Promise<void> {
    unattended.value = false;
    if (hidden.value) await hide(false);
  }

  return { preferences, rules, hidden, unattended, covered, singleKeys, take, choose, zoom, hide, uncover };
});
