// Whatever a server answers: the port believes it or fails in words, and what is no answer of the contract costs nobody an
// act.
import fc from 'fast-check';
import { afterEach, expect, test } from 'vitest';
import { ReferenceServer } from '../../electron/central/reference/reference-server.ts';
import { isFailure } from '../../electron/support/failure.ts';
import { testNetwork } from '../../server/testing/network.ts';
import { cut, Desk, goodLine } from '../sync/desk.ts';
import { routed } from '../simulation/routes.ts';
import { bends, bent, isFit } from './bend.ts';
import { limits, patience } from './limits.ts';

const desks: Desk[] = [];
afterEach(async () => {
  for (const desk of desks.splice(0)) {
    await desk.end();
    desk.remove();
  }
});

const answers = fc.record({
  status: fc.constantFrom(200, 201, 204, 301, 400, 401, 403, 404, 409, 410, 412, 422, 429, 500, 503),
  headers: fc.dictionary(fc.constantFrom('circdesk-epoch', 'circdesk-head', 'circdesk-durable'), fc.string()),
  body: fc.oneof(
    fc.string(),
    fc.json(),
    fc
      .record({
        type: fc.constantFrom('urn:circdesk:problem:stale-tag', 'urn:circdesk:problem:invalid', 'x'),
        title: fc.string(),
        status: fc.integer({ min: 390, max: 600 }),
        current: fc.jsonValue(),
        fields: fc.jsonValue(),
      })
      .map((problem) => JSON.stringify(problem)),
  ),
});

test(
  'the port believes nothing but the contract, and fails in words',
  async () => {
    await fc.assert(
      fc.asyncProperty(answers, async (answer) => {
        const server = new ReferenceServer('x', crypto.randomUUID(), () => Promise.resolve(answer), Date);
        const act = {
          ...{ id: 'a', key: 'k', at: 't', epoch: 'e', tag: 'x', patronId: 'p', changes: {} },
          ...{ base: {}, repeated: false, leaves: () => Promise.resolve() },
          deed: { kind: 'block' as const, comment: 'x' },
        };
        const asked = [
          server.libraries(),
          server.marks(),
          server.signIn({ library: 'l', username: 'u', password: 'p' }),
          server.resume('t'),
          server.pushWith('g').send(act),
        ];
        for (const outcome of await Promise.allSettled(asked))
          if (outcome.status === 'rejected' && !isFailure(outcome.reason)) throw outcome.reason;
      }),
      limits(400),
    );
  },
  patience,
);

test(
  'answers that are none of the contract cost nobody an act, and the copy is right once they end',
  async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(bends, { minLength: 1, maxLength: 14 }), async (all) => {
        const network = testNetwork();
        const colleague = await network.signIn('north', 'lead');
        const patron = await colleague.register();
        const desk = new Desk({ central: () => network.central, clock: network.clock });
        desks.push(await desk.start());
        await desk.signIn();
        const left = [...all];
        desk.line.answered = (request, answer) => {
          const bend = left.shift();
          const bad = bend && bent(answer, bend);
          // What fits the contract is believed: nobody can know better. A status of 500 says nothing of the act.
          if (!bad || isFit(routed(request).name, bad)) return bad?.status === 500 ? bad : answer;
          return bad;
        };
        const saved: string[] = [];
        for (const comment of ['one', 'two', 'three']) {
          await colleague.save(await colleague.patron(patron.id), 'note', { staffNote: comment });
          const outcome = await desk.parts.patrons.block(patron.id, comment).catch((thrown: unknown) => {
            if (!isFailure(thrown)) throw thrown;
            return undefined;
          });
          if (outcome) saved.push(comment);
          await desk.sync();
        }
        expect(desk.troubles).toEqual([]);
        desk.line = goodLine();
        await desk.signIn();
        await desk.sync();
        const now = await colleague.patron(patron.id);
        const undecided = await desk.store.acts(['conflict', 'refused']);
        const shown = undecided.map(({ deed }) => (deed.kind === 'block' ? deed.comment : ''));
        const blocks = now.blocks.map(({ comment }) => comment);
        for (const comment of saved)
          expect([...blocks, ...shown].filter((one) => one === comment)).toEqual([comment]);
        expect((await desk.store.patron('north', patron.id))?.patron).toEqual(now);
        await desk.end();
        desk.remove();
        desks.pop();
      }),
      limits(12),
    );
  },
  patience,
);

test('a line that is cut at every request is no reason to lose anything either', async () => {
  const network = testNetwork();
  const colleague = await network.signIn('north', 'lead');
  const patron = await colleague.register();
  const desk = new Desk({ central: () => network.central, clock: network.clock });
  desks.push(await desk.start());
  await desk.signIn();
  for (let n = 0; n < 12; n++) {
    let asked = 0;
    desk.line = { ...goodLine(), asked: () => void (asked++ === n && cut()) };
    await desk.parts.patrons.block(patron.id, `block ${n}`);
    await desk.sync();
  }
  desk.line = goodLine();
  await desk.sync();
  expect((await colleague.patron(patron.id)).blocks).toHaveLength(12);
});
