// The order of words for whatever sorts: the window says which language's it is.
import { computed, inject, provide, type ComputedRef, type InjectionKey } from 'vue';

type Compare = ComputedRef<(a: string, b: string) => number>;
const COLLATOR: InjectionKey<Compare> = Symbol('collator');

/** No two words that people tell apart are alike for so long; to put thousands of marks in order takes seconds. */
const COMPARED = 100;

/** `locale` as in BCP 47. */
export function compareIn(locale: string, options?: Intl.CollatorOptions): (a: string, b: string) => number {
  const { compare } = new Intl.Collator(locale, options);
  return (a, b) => compare(a.slice(0, COMPARED), b.slice(0, COMPARED));
}

export function provideCollator(locale: () => string): void {
  provide(
    COLLATOR,
    computed(() => compareIn(locale(), { numeric: true })),
  );
}

export function useCollator(): Compare {
  return inject(COLLATOR, () => computed(() => compareIn('en', { numeric: true })), true);
}
