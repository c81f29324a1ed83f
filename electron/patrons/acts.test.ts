import { expect, test } from 'vitest';
import { Failure } from '../support/failure.ts';
import { Acts } from './acts.ts';

const PIN = ['setPin of a patron', 'staff', '4711'];
const SLOW = new Failure({ code: 'serverSlow' });

const due: (() => void)[] = [];
const acts = () => {
  let count = 0;
  due.splice(0);
  return new Acts(
    { now: () => 1_764_000_000_000 },
    { bytes: (length) => new Uint8Array(length).fill(++count) },
    {
      after: (_ms, work) => {
        due.push(work);
        return () => undefined;
      },
    },
  );
};
const keyOf = (all: Acts, [about = '', ...content]: string[], outcome: 'answered' | Failure) => {
  let key = '';
  return all
    .perform(about, content, (act) => {
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
  const first = await keyOf(all, PIN, SLOW);
  expect(await keyOf(all, PIN, 'answered')).toBe(first);
});

test('once answered, the same content is a new act', async () => {
  const all = acts();
  const first = await keyOf(all, PIN, 'answered');
  expect(await keyOf(all, PIN, 'answered')).not.toBe(first);
});

test('a refusal is an answer: trying again is a new act', async () => {
  const all = acts();
  const first = await keyOf(all, PIN, new Failure({ code: 'notPermitted' }));
  expect(await keyOf(all, PIN, 'answered')).not.toBe(first);
});

test('other content is another act', async () => {
  const all = acts();
  const first = await keyOf(all, PIN, SLOW);
  expect(await keyOf(all, ['setPin of a patron', 'staff', '4712'], 'answered')).not.toBe(first);
});

test('once another was done to the same patron, the one before it is a new act', async () => {
  const all = acts();
  const first = await keyOf(all, PIN, SLOW);
  await keyOf(all, ['setPin of another', 'staff', '4712'], 'answered');
  expect(await keyOf(all, PIN, new Failure({ code: 'serverAway' }))).toBe(first);
  await keyOf(all, ['setPin of a patron', 'staff', '4712'], 'answered');
  expect(await keyOf(all, PIN, 'answered')).not.toBe(first);
});

test('some minutes after its answer was lost, the same content is a new act', async () => {
  const all = acts();
  const first = await keyOf(all, PIN, SLOW);
  const [minutesLater] = due;
  await keyOf(all, PIN, SLOW);
  minutesLater?.();
  expect(await keyOf(all, PIN, SLOW)).toBe(first);
  due.forEach((work) => {
    work();
  });
  expect(await keyOf(all, PIN, 'answered')).not.toBe(first);
});

test('once its author has left, the same content is a new act; a locked desk is still theirs', async () => {
  const all = acts();
  all.belongTo('staff');
  const first = await keyOf(all, PIN, SLOW);
  all.belongTo('staff');
  expect(await keyOf(all, PIN, SLOW)).toBe(first);
  all.belongTo(undefined);
  all.belongTo('staff');
  expect(await keyOf(all, PIN, 'answered')).not.toBe(first);
});
