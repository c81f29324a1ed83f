// Acts of this desk in words: what was done, how it stands, and what was typed.
import type { DeskAct } from '../../shared/ipc/sync.ts';
import { useWords } from './words.ts';

export type ActStanding = 'waiting' | 'needsAuthor' | 'confirmed' | 'conflict' | 'refused';

export function standingOf(act: DeskAct): ActStanding {
  if (act.needsAuthor) return 'needsAuthor';
  const { state } = act;
  return state === 'conflict' || state === 'refused' || state === 'confirmed' ? state : 'waiting';
}

export const isUndecided = ({ state }: DeskAct): boolean => state === 'conflict' || state === 'refused';

export function actWords({ kind, section }: DeskAct): string {
  const { t } = useWords();
  if (kind === 'saveSection' && section) return t('acts.edited', { section: t(`sections.${section}`) });
  return t(kind === 'block' ? 'acts.blocked' : 'acts.unblocked');
}
