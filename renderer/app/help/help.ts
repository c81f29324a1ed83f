// Whether the sheet with shortcuts and first steps is open: it's asked for by a key and by buttons.
import { defineStore } from 'pinia';
import { ref } from 'vue';

export const useHelp = defineStore('help', () => {
  const open = ref(false);
  return { open };
});
