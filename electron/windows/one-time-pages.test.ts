import { expect, test } from 'vitest';
import { OneTimePages } from './one-time-pages.ts';

test('a page is read once, under a policy that lets nothing run', async () => {
  const offered = new OneTimePages();
  const address = offered.offer('<p>all of it</p>');
  const answer = offered.answer(new Request(address));
  expect(await answer?.text()).toBe('<p>all of it</p>');
  expect(answer?.headers.get('content-security-policy')).toBe(
    "default-src 'none'; style-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  );
  expect(offered.answer(new Request(address))).toBeUndefined();
});

test('a page that is withdrawn, or posted to, is not there', () => {
  const offered = new OneTimePages();
  const address = offered.offer('x');
  expect(offered.answer(new Request(address, { method: 'POST' }))).toBeUndefined();
  expect(offered.answer(new Request(`${address}?x`))).toBeUndefined();
  offered.withdraw(address);
  expect(offered.answer(new Request(address))).toBeUndefined();
});

test('a page’s name is one that nobody guesses', () => {
  const offered = new OneTimePages();
  const names = Array.from(
    { length: 100 },
    () => /^app:\/\/circdesk\/once\/([0-9a-f]{32})\.html$/.exec(offered.offer(''))?.[1],
  );
  expect(names).not.toContain(undefined);
  // A clock or a counter has the same letters at its head each time.
  for (let at = 0; at < 32; at++) expect(new Set(names.map((name) => name?.[at])).size).toBeGreaterThan(4);
});
