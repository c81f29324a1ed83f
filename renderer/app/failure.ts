// Turns an error of main into words for staff: what happened, and what to do.
import type { DeskError } from '../../shared/ipc/errors.ts';
import type { FieldIssue } from '../../shared/patrons/sections.ts';
import type { Formats } from './formats.ts';
import { i18n, isolated, useWords, type MessageKey, type Values } from './words.ts';

export interface FailureWords {
  heading: string;
  advice: string;
}

export function failureWords(error: DeskError, formats: Formats): FailureWords {
  const { t } = useWords();
  const values: Values = {
    reference: error.reference
      ? t('failure.reference', { reference: error.reference })
      : t('failure.inTheLog'),
    retryAt: error.retryAt ? formats.time(error.retryAt) : t('failure.aLittleLater'),
    folder: isolated(error.folder ?? t('failure.downloadsFolder')),
    files: isolated(error.files?.join(', ') ?? ''),
    permission: error.permission ?? '',
    missing: error.missing?.permission ?? '',
    right: t(`rights.${error.missing?.right ?? 'other'}`),
    wanted: error.wanted ?? '',
    address: isolated(error.address ?? ''),
  };
  return {
    heading: t(`errors.${error.code}.heading`, values),
    advice: t(`errors.${error.code}.advice`, values),
  };
}

/** A field's issue in words; a code that this version doesn't know is said as `invalid`. */
export function issueWords(issue: FieldIssue, values: Values = {}): string {
  const { t } = useWords();
  const key = `issues.${issue.code}`;
  return t(i18n.global.te(key) ? (key as MessageKey) : 'issues.invalid', values);
}
