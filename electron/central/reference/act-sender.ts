// Sends an act from the outbox to our reference server, and says what the server said of it for good.
import type { BelievedAnswer, EndpointName, EndpointRequest } from '../../../shared/central/contract.ts';
import { ACT_HEADERS } from '../../../shared/central/endpoint.ts';
import type { ProblemName } from '../../../shared/central/problems.ts';
import type { TaggedValues } from '../../../shared/patrons/sections.ts';
import { taggedSectionsSchema } from '../../../shared/patrons/stored.ts';
import { Failure } from '../../support/failure.ts';
import type { Act, ActOutcome, OutgoingAct } from '../central-server.ts';
import { ProblemAnswer } from './http.ts';

export type Ask = <N extends EndpointName>(
  name: N,
  request: EndpointRequest<N>,
  headers: Record<string, string>,
) => Promise<BelievedAnswer<N>>;

/** Problems that are the server's last word on an attempt: said again however often it's asked. */
const FINAL: readonly ProblemName[] = [
  'not-permitted',
  'not-found',
  'patron-gone',
  'invalid',
  'not-blocked',
  'refused',
  'bad-request',
  'too-large',
  'key-reused',
];

const MOST_CHARACTERS = 500;
const MOST_FIELDS = 100;

export const actHeaders = (act: Act, epoch: string, tag: string | null = null): Record<string, string> => ({
  [ACT_HEADERS.key]: act.key,
  [ACT_HEADERS.act]: act.id,
  [ACT_HEADERS.actedAt]: act.at,
  [ACT_HEADERS.epoch]: epoch,
  ...(tag !== null && { 'if-match': `"${tag}"` }),
});

/** Fails with what `ask` fails with where the answer is not known, or is not for good. */
export async function sendAct(act: OutgoingAct, ask: Ask): Promise<ActOutcome> {
  await act.leaves();
  try {
    return await confirmedBy(act, ask);
  } catch (thrown) {
    if (!(thrown instanceof ProblemAnswer)) throw thrown;
    const { problem, problemName, error } = thrown;
    if (problemName === 'other-epoch') return { kind: 'otherEpoch' };
    if (problemName === 'stale-tag' && problem.current) {
      return { kind: 'stale', current: sectionOf(act, problem.current) };
    }
    if (problem.applied) return { kind: 'confirmed', head: thrown.head, saved: null };
    if (!FINAL.includes(problemName)) throw thrown;
    return {
      kind: 'refused',
      code: error.code,
      // Kept until staff let go of the act, and in sight of every window: no more of it than anybody reads.
      detail: problem.permission ?? problem.detail?.slice(0, MOST_CHARACTERS) ?? problemName,
      fields: (problem.fields ?? []).slice(0, MOST_FIELDS),
    };
  }
}

/** What a section is said to hold now, which staff are shown and windows count on. */
function sectionOf({ deed }: OutgoingAct, told: TaggedValues): TaggedValues {
  if (deed.kind !== 'saveSection') return told;
  const { data, error } = taggedSectionsSchema.shape[deed.section].safeParse(told);
  if (error) throw new Failure({ code: 'serverRubbish' }, error);
  return data;
}

async function confirmedBy(act: OutgoingAct, ask: Ask): Promise<ActOutcome> {
  const { deed, patronId, changes } = act;
  const headers = actHeaders(act, act.epoch, act.tag);
  switch (deed.kind) {
    case 'saveSection': {
      const params = { patronId, section: deed.section };
      const { value, head } = await ask('saveSection', { params, body: { changes } }, headers);
      return { kind: 'confirmed', head, saved: sectionOf(act, value) };
    }
    case 'block': {
      // The act's id is the block's too.
      const body = { id: act.id, comment: deed.comment };
      const { head } = await ask('block', { params: { patronId }, body }, headers);
      return { kind: 'confirmed', head, saved: null };
    }
    case 'unblock': {
      const body = { blocks: deed.blocks, comment: deed.comment };
      const { head } = await ask('unblock', { params: { patronId }, body }, headers);
      return { kind: 'confirmed', head, saved: null };
    }
  }
}
