import { expect, test } from 'vitest';
import { Failure } from '../support/failure.ts';
import { Acts } from './acts.ts';

const acts = () => {
  let count = 0;
  return new Acts(
    { now: () => 1_764_000_000_000 },
    { bytes: (length) => new Uint8Array(length).fill(++count) },
  );
};
const keyOf = (all: Acts, content: unknown[], outcome: 'answered' | Failure) => {
  let key = '';
  return all
    .perform(content, (act) => {
      key = act.key;
      return outcome === 'answered' ? Promise.resolve() : Promise.reject(outcome);
    })
    .then(
      () => key,
      () => key,
    );
};

test('an act without an answer, done again with the same content, goes out under the same key', async () => {
  const all = acts();
  const first = await keyOf(all, ['patron', 'block', 'noisy'], new Failure({ code: 'serverSlow' }));
  expect(await keyOf(all, ['patron', 'block', 'noisy'], 'answered')).toBe(first);
});

test('once answered, the same content is a new act', async () => {
  const all = acts();
  const first = await keyOf(all, ['patron', 'block', 'noisy'], 'answered');
  expect(await keyOf(all, ['patron', 'block', 'noisy'], 'answered')).not.toBe(first);
});

test('a refusal is an answer: trying again is a new act', async () => {
  const all = acts();
  const first = await keyOf(all, ['patron', 'block', 'noisy'], new Failure({ code: 'notPermitted' }));
  expect(await keyOf(all, ['patron', 'block', 'noisy'], 'answered')).not.toBe(first);
});

test('other content is another act', async () => {
  const all = acts();
  const first = await keyOf(all, ['patron', 'block', 'noisy'], new Failure({ code: 'serverSlow' }));
  expect(await keyOf(all, ['patron', 'block', 'loud'], 'answered')).not.toBe(first);
});
