import { afterEach, expect, it, vi } from 'vitest';
import { fakeMain, refused } from '../testing/fake-main.ts';
import { pageRules, printOn } from './printing.ts';

afterEach(() => {
  vi.unstubAllGlobals();
});

it('a receipt of 80 mm is as long as its text, a page of A4 as long as A4', () => {
  expect(pageRules('mm80', 960)).toBe('@page { size: 80mm 262mm; margin: 4mm; }');
  expect(pageRules('mm80', 10)).toBe('@page { size: 80mm 60mm; margin: 4mm; }');
  expect(pageRules('a4', 960)).toBe('@page { size: A4; margin: 15mm; }');
});

it('what was hidden for the print dialog stays so until a lock that came meanwhile is heard of', async () => {
  const main = fakeMain();
  const page = { adoptedStyleSheets: [] as unknown[] };
  const { promise: answered, resolve: answer } = Promise.withResolvers<undefined>();
  main.answer('session.state', () => answered.then(() => refused({ code: 'locked' })));
  vi.stubGlobal('document', page);
  vi.stubGlobal(
    'CSSStyleSheet',
    class {
      replaceSync = () => undefined;
    },
  );
  vi.stubGlobal('requestAnimationFrame', queueMicrotask);
  const print = vi.fn(() => expect(page.adoptedStyleSheets).toHaveLength(1));
  Object.assign(window, { print });
  const printing = printOn('a4', 0);
  await vi.waitFor(() => expect(main.asked.map(({ name }) => name)).toEqual(['session.state']));
  expect(print).toHaveBeenCalledOnce();
  expect(page.adoptedStyleSheets).toHaveLength(1);
  answer(undefined);
  await printing;
  expect(page.adoptedStyleSheets).toEqual([]);
});
