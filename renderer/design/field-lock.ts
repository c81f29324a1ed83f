// A form whose patron is gone locks its fields: what was typed can still be read, selected and copied.
import { computed, inject, provide, type ComputedRef, type InjectionKey, type Ref } from 'vue';

const LOCKED: InjectionKey<Ref<boolean>> = Symbol('locked');

export function provideFieldLock(locked: Ref<boolean>): void {
  provide(LOCKED, locked);
}

export function useFieldLock(): ComputedRef<boolean> {
  const locked = inject(LOCKED, undefined);
  return computed(() => locked?.value ?? false);
}
