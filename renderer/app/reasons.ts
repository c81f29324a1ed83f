// Why the server doesn't offer something, in words for staff.
import type { Feature, Reason } from '../../shared/capabilities.ts';
import { useWords } from './words.ts';

/** `system` is the server by its name. */
export function reasonWords(feature: Feature, reason: Reason, system: string): string {
  const { t } = useWords();
  if (reason.why === 'notThere') return t(`capabilities.notThere.${feature}`, { system });
  return t('capabilities.missingRight', {
    system,
    right: t(`rights.${reason.right}`),
    permission: reason.permission,
  });
}
