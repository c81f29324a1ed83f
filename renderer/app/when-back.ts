// What a window asks while the desk is locked, or its session over, is refused: it is asked anew once somebody is back.
import { watch } from 'vue';
import { useSession } from './session.ts';

/** Calls `again` each time that somebody has signed in. */
export function whenBack(again: () => void): void {
  const session = useSession();
  watch(
    () => session.status,
    (status) => {
      if (status === 'signedIn') again();
    },
  );
}
