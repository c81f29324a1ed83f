// What a shortcut wants done with the account, until the tab with its button is there to do it.
import { defineStore } from 'pinia';
import { ref } from 'vue';

export type AccountAction = 'block' | 'download' | 'delete';

export const useWantedAction = defineStore('wantedAction', () => {
  const wanted = ref<AccountAction>();

  function want(action: AccountAction): void {
    wanted.value = action;
  }

  /** Once: who takes it does it. */
  function take(): AccountAction | undefined {
    const action = wanted.value;
    wanted.value = undefined;
    return action;
  }

  return { wanted, want, take };
});
