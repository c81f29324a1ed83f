// Whether a value that is masked is shown: until nobody is there to look at it, or somebody else may be.
import { ref, watch, type Ref } from 'vue';
import { useLook } from '../../app/look.ts';
import { useSession } from '../../app/session.ts';

export function useShown(): Ref<boolean> {
  const look = useLook();
  const session = useSession();
  const shown = ref(false);
  watch(
    () => look.covered || session.status !== 'signedIn',
    () => {
      shown.value = false;
    },
  );
  return shown;
}
