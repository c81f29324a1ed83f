// What the library of this session lends to every view: its formats, and the names of its branches and categories.
import { computed, type ComputedRef } from 'vue';
import type { Library } from '../../shared/library.ts';
import { createFormats, type Formats } from './formats.ts';
import { useSession } from './session.ts';
import { i18n } from './words.ts';

export function useFormats(): ComputedRef<Formats> {
  const session = useSession();
  return computed(() =>
    createFormats(i18n.global.locale.value, session.library ?? { timeZone: 'UTC', currency: 'EUR' }),
  );
}

/** The name of a branch by its id; what isn't an id of this library is shown as it came. */
export function branchName(library: Library | undefined, branch: string): string {
  return library?.branches.find((one) => one.id === branch)?.name ?? branch;
}

export function categoryName(library: Library | undefined, category: string): string {
  return library?.categories.find((one) => one.id === category)?.name ?? category;
}
