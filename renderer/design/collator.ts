// The order of words for whatever sorts: the window says which language's it is.
import { computed, inject, provide, type ComputedRef, type InjectionKey } from 'vue';

type Compare = ComputedRef<(a: string, b: string) => number>;
const COLLATOR: InjectionKey<Compare> = Symbol('collator');

export function provideCollator(locale: () => string): void {
  provide(
    COLLATOR,
    computed(() => new Intl.Collator(locale(), { numeric: true }).compare),
  );
}

export function useCollator(): Compare {
  return inject(COLLATOR, () => computed(() => new Intl.Collator('en', { numeric: true }).compare), true);
}
