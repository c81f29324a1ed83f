// What is printed on a key, in the language of the windows. Letters, digits and F-keys are what they are.
import { useWords, type MessageKey } from '../words.ts';

const NAMED: Record<string, MessageKey> = {
  Ctrl: 'keys.ctrl',
  Shift: 'keys.shift',
  Alt: 'keys.alt',
  Enter: 'keys.enter',
  Escape: 'keys.escape',
  Tab: 'keys.tab',
  Delete: 'keys.delete',
  ArrowDown: 'keys.down',
};

export function useKeyNames(): (key: string) => string {
  const { t } = useWords();
  return (key) => {
    const named = NAMED[key];
    return named ? t(named) : key;
  };
}
