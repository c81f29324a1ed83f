// In whose view a library's copy was filled: accounts at a Koha may see other patrons there, or other things of them. It is
// shown to nobody who sees patrons in another view.
import type { Library } from '../../shared/library.ts';
import type { DeskStore } from './desk-store.ts';

/** Whoever works at a library, and how they see patrons there; '' at a server that shows them alike to all. */
export interface Viewer {
  readonly library: Library;
  readonly view: string;
}

const nameOf = ({ library }: Viewer) => `view of ${library.id}`;

export const isFilledFor = async (store: Pick<DeskStore, 'recall'>, viewer: Viewer): Promise<boolean> =>
  viewer.view === '' || (await store.recall(nameOf(viewer))) === viewer.view;

export const rememberFilledFor = (store: Pick<DeskStore, 'remember'>, viewer: Viewer): Promise<void> =>
  store.remember(nameOf(viewer), viewer.view);

/** What is read of the copy; undefined where it is in another view. */
export const readCopy = async <T>(
  store: Pick<DeskStore, 'recall'>,
  viewer: Viewer,
  read: () => Promise<T>,
): Promise<T | undefined> => ((await isFilledFor(store, viewer)) ? read() : undefined);
