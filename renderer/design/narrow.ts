// Whether the window is as narrow as when it is much enlarged: what has to be said first comes first there.
import { onUnmounted, ref, type Ref } from 'vue';

export function useNarrow(): Readonly<Ref<boolean>> {
  const query = matchMedia('(max-width: 480px)');
  const narrow = ref(query.matches);
  const look = () => (narrow.value = query.matches);
  query.addEventListener('change', look);
  onUnmounted(() => query.removeEventListener('change', look));
  return narrow;
}
