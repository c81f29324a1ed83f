// What the account that asks may do at Koha. Koha lists nobody's permissions: each is found out by asking for something
// small; for changing and deleting by asking it of patron 0, whom no Koha has, so that nothing can come of it.
import { z } from 'zod';
import type { MissingRight } from '../../../shared/capabilities.ts';
import { isFailure } from '../../support/failure.ts';
import type { KohaApi } from './api.ts';
import { isRefusal, missingRight } from './refusals.ts';

/** What of patrons is told to some accounts only. */
type Part = 'loans' | 'holds' | 'debts' | 'titles';

export interface KohaRights {
  loans: MissingRight | undefined;
  holds: MissingRight | undefined;
  debts: MissingRight | undefined;
  titles: MissingRight | undefined;
  changing: MissingRight | undefined;
  deleting: MissingRight | undefined;
  /** Of which Koha hasn't said whether the right is there: it is offered, and no word on what the account sees. */
  notKnown: readonly Part[];
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
  const asked = {
    loans: get('/checkouts'),
    holds: get('/holds'),
    debts: api.one(`/patrons/${own}/account`, anything),
    titles: get('/libraries'),
  };
  const notKnown: Part[] = [];
  const missingToSee = async (part: Part, usual: string) => {
    const missing = await missingFor(asked[part], usual);
    if (!missing && !(await asked[part].then(() => true, saysOnlyWhatIsWrong))) notKnown.push(part);
    return missing;
  };
  const [loans, holds, debts, titles, changing, deleting, changesPatrons] = await Promise.all([
    missingToSee('loans', 'circulate: circulate_remaining_permissions'),
    missingToSee('holds', 'reserveforothers: place_holds'),
    missingToSee('debts', 'updatecharges: remaining_permissions'),
    missingToSee('titles', 'catalogue'),
    missingFor(change, 'borrowers', 'anybody'),
    missingFor(api.send('DELETE', NOBODY), 'borrowers: delete_borrowers', 'anybody'),
    change.then(() => false, saysOnlyWhatIsWrong),
  ]);
  return { loans, holds, debts, titles, changing, deleting, notKnown, changesPatrons };
}

/** Koha's words of what was sent, or of whom it was for: it has found the right to be there. */
const saysOnlyWhatIsWrong = (thrown: unknown): boolean =>
  isRefusal(thrown, 400, 404) && thrown.error.code !== 'serverRubbish';

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
