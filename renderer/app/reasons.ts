// Why the server doesn't offer something, in words for staff.
import type { Feature, Reason } from '../../shared/capabilities.ts';
import { useWords } from './words.ts';

export function reasonWords(feature: Feature, reason: Reason): string {
  const { t } = useWords();
  if (reason.why === 'notThere') return t(`capabilities.notThere.${feature}`);
  return t('capabilities.missingRight', {
    right: t(`rights.${reason.right}`),
    permission: reason.permission,
  });
}
