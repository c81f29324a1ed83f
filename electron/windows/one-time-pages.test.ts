import { expect, test } from 'vitest';
import { OneTimePages } from './one-time-pages.ts';

const pages = () => {
  let last = 0;
  return new OneTimePages(() => `page${++last}`);
};

test('a page is read once, under a policy that lets nothing run', async () => {
  const offered = pages();
  const address = offered.offer('<p>all of it</p>');
  const answer = offered.answer(new Request(address));
  expect(await answer?.text()).toBe('<p>all of it</p>');
  expect(answer?.headers.get('content-security-policy')).toBe(
    "default-src 'none'; style-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  );
  expect(offered.answer(new Request(address))).toBeUndefined();
});

test('a page that is withdrawn, or posted to, is not there', () => {
  const offered = pages();
  const address = offered.offer('x');
  expect(offered.answer(new Request(address, { method: 'POST' }))).toBeUndefined();
  expect(offered.answer(new Request(`${address}?x`))).toBeUndefined();
  offered.withdraw(address);
  expect(offered.answer(new Request(address))).toBeUndefined();
});
