// What Koha's refusal of an act means: final, with words for staff; or undefined, where it may be another time.
import type { Refusal } from '../../../shared/ipc/errors.ts';
import type { FieldIssue } from '../../../shared/patrons/sections.ts';
import { isFailure } from '../../support/failure.ts';
import { ourField } from './changes.ts';
import { isRefusal, NOT_OF_TYPE, type KohaRefusal } from './refusals.ts';

/** `attribute` is the type that blocks are kept in. */
export function refusalOf(thrown: unknown, attribute: string): Refusal | undefined {
  if (isFailure(thrown, 'serverRubbish')) return undefined;
  if (isRefusal(thrown)) return ofKoha(thrown, attribute);
  if (isFailure(thrown, 'notPermitted'))
    return { code: 'notPermitted', detail: thrown.error.permission ?? '', fields: [] };
  if (isFailure(thrown, 'invalid')) return { code: 'invalid', detail: '', fields: thrown.error.fields ?? [] };
  return undefined;
}

function ofKoha({ error, refused }: KohaRefusal, attribute: string): Refusal | undefined {
  const { status, words } = refused;
  if (status === 403)
    return {
      code: 'missingRight',
      detail: error.missing?.permission ?? '',
      fields: [],
      ...(error.missing && { missing: error.missing }),
    };
  if (status === 404) return { code: 'patronUnseen', detail: '', fields: [] };
  if (status !== 400 && status !== 409) return undefined;
  // Koha names the type that isn't there, or says that one more of it isn't possible.
  if (NOT_OF_TYPE.test(words))
    return { code: 'blockTypeMissing', detail: `koha ${status}`, fields: [], wanted: attribute };
  return { code: 'invalid', detail: `koha ${status} ${refused.code}`.trim(), fields: issuesOf(refused) };
}

export function issuesOf({ status, words, fields, conflict }: KohaRefusal['refused']): FieldIssue[] {
  if (status === 409 && (conflict === 'cardnumber' || /duplicate/i.test(words)))
    return [{ field: 'cards.0.number', code: 'cardNumberTaken' }];
  if (/library_id/.test(words)) return [{ field: 'branch', code: 'branchUnknown' }];
  if (/category_id/.test(words)) return [{ field: 'category', code: 'categoryUnknown' }];
  return fields.map((field) => ({ field: ourField(field), code: 'invalid' }));
}
