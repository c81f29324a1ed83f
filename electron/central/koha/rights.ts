// What the account that asks may do at Koha. Koha lists nobody's permissions: each is found out by asking for something
// small; for changing and deleting by asking it of patron 0, whom no Koha has, so that nothing can come of it.
import { z } from 'zod';
import type { MissingRight } from '../../../shared/capabilities.ts';
import { isFailure } from '../../support/failure.ts';
import type { KohaApi } from './api.ts';
import { isRefusal, missingRight } from './refusals.ts';

export interface KohaRights {
  loans: MissingRight | undefined;
  holds: MissingRight | undefined;
  debts: MissingRight | undefined;
  titles: MissingRight | undefined;
  changing: MissingRight | undefined;
  deleting: MissingRight | undefined;
  /** Koha itself has said that nothing is missing for changing. */
  changesPatrons: boolean;
}

const anything = z.unknown();
const SEEING = 'borrowers: edit_borrowers';
/** Koha numbers patrons from 1. */
const NOBODY = '/patrons/0';

/** `own` is the number of a patron whom the account may see. */
export async function askRights(api: KohaApi, own: number): Promise<KohaRights> {
  const get = (path: string) => api.ask({ method: 'GET', path, query: { _per_page: 1 } }, anything);
  // Without the fields that it needs: refused even if there were such a patron.
  const change = api.send('PUT', NOBODY, {});
  const [loans, holds, debts, titles, changing, deleting, changesPatrons] = await Promise.all([
    missingFor(get('/checkouts'), 'circulate: circulate_remaining_permissions'),
    missingFor(get('/holds'), 'reserveforothers: place_holds'),
    missingFor(api.one(`/patrons/${own}/account`, anything), 'updatecharges: remaining_permissions'),
    missingFor(get('/libraries'), 'catalogue'),
    missingFor(change, 'borrowers', 'anybody'),
    missingFor(api.send('DELETE', NOBODY), 'borrowers: delete_borrowers', 'anybody'),
    saysOnlyWhatIsWrong(change),
  ]);
  return { loans, holds, debts, titles, changing, deleting, changesPatrons };
}

/** Koha's words of what was sent, or of whom it was for: it has found the right to be there. */
const saysOnlyWhatIsWrong = (asked: Promise<unknown>): Promise<boolean> =>
  asked.then(
    () => false,
    (thrown: unknown) => isRefusal(thrown, 400, 404) && thrown.error.code !== 'serverRubbish',
  );

/**
 * Only a 403 says that a right is missing; any other refusal came after Koha had looked at that. `forbids`: whose 403 counts.
 * Behind a gateway that lets only reads through nothing can be changed, whatever Koha would say.
 */
async function missingFor(
  asked: Promise<unknown>,
  usual: string,
  forbids: 'koha' | 'anybody' = 'koha',
): Promise<MissingRight | undefined> {
  try {
    await asked;
    return undefined;
  } catch (thrown) {
    // Koha names all that is required; seeing patrons was found to be there.
    if (isRefusal(thrown, 403) && (forbids === 'anybody' || thrown.error.code !== 'serverRubbish'))
      return missingRight(thrown.refused.permissions.find((one) => one !== SEEING) ?? usual);
    // What fails here for another reason says nothing of rights, and is no reason not to let staff in.
    if (isFailure(thrown, 'serverRubbish', 'serverFailed')) return undefined;
    if (!isRefusal(thrown) || thrown.refused.status === 401) throw thrown;
    return undefined;
  }
}
