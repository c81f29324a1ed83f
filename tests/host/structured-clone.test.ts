// What crosses the two hops, page to preload and preload to main, keeps its type, or is refused.
import { expect, test } from 'vitest';
import { onEachHost, sharedWindow } from './hosts.ts';

onEachHost((host) => {
  const shared = sharedWindow(host);

  test('main gets what the page gave, type by type', async () => {
    const seen = await shared.page.evaluate(() =>
      window.fixture.invoke(
        'inspect',
        { text: 'ä', none: null, missing: undefined, list: [1, 3], truth: true },
        new Date(0),
        new Uint8Array([1, 2, 255]),
        [NaN, -0, Infinity],
        10n,
        new Map([[{ a: 1 }, new Set(['x'])]]),
        /a+/gi,
        new Float64Array([0.5]),
      ),
    );
    expect(seen).toEqual([
      "{\n  text: 'ä',\n  none: null,\n  missing: undefined,\n  list: [ 1, 3 ],\n  truth: true\n}",
      '1970-01-01T00:00:00.000Z',
      'Uint8Array(3) [ 1, 2, 255 ]',
      '[ NaN, -0, Infinity ]',
      '10n',
      "Map(1) { { a: 1 } => Set(1) { 'x' } }",
      '/a+/gi',
      'Float64Array(1) [ 0.5 ]',
    ]);
  });

  test('the page gets back what main gave, type by type', async () => {
    const back = await shared.page.evaluate(async () => {
      const sent = { date: new Date(86_400_000), bytes: new Uint8Array([7, 8]), none: undefined, same: [0] };
      const got = (await window.fixture.invoke('echo', sent)) as typeof sent;
      return [
        got.date instanceof Date && got.date.getTime(),
        got.bytes instanceof Uint8Array && [...got.bytes],
        'none' in got && got.none === undefined,
        Object.getPrototypeOf(got) === Object.prototype,
      ];
    });
    expect(back).toEqual([86_400_000, [7, 8], true, true]);
  });

  test('an argument that refers to itself still does in main', async () => {
    const seen = await shared.page.evaluate(() => {
      const ring: Record<string, unknown> = {};
      ring.self = ring;
      return window.fixture.invoke('inspect', ring);
    });
    expect(seen).toEqual(['<ref *1> { self: [Circular *1] }']);
  });

  test.each([
    ['a function', '() => undefined'],
    ['a function among values', '{ kept: 1, act() {} }'],
    ['a proxy', 'new Proxy({}, {})'],
    ['a proxy among functions', '{ act() {}, inner: new Proxy({ act() {} }, {}) }'],
    ['a DOM node', 'document.body'],
    ['a WeakMap', 'new WeakMap()'],
  ])('main never gets %s', async (_what, expression) => {
    const message: unknown = await shared.page.evaluate(
      `(async () => window.fixture.invoke('echo', ${expression}))().catch((error) => error.message)`,
    );
    expect(message).toBe('An object could not be cloned.');
  });

  test('a preload can not send a function', async () => {
    const answer = await shared.page.evaluate(() => window.fixture.sendsFunction());
    expect(answer).toEqual({ error: 'An object could not be cloned.' });
  });

  test('a handler can not answer with a function', async () => {
    const message = await shared.page.evaluate(() =>
      window.fixture.invoke('give-function').catch((error: Error) => error.message),
    );
    expect(message).toBe(
      "Error invoking remote method 'give-function': Error: An object could not be cloned.",
    );
  });

  test('webContents.send refuses a function, and delivers the rest', async () => {
    const refused = await shared.app.evaluate(({ BrowserWindow }) => {
      try {
        BrowserWindow.getAllWindows()[0]?.webContents.send('told', () => undefined);
        return 'sent';
      } catch (error) {
        return (error as Error).message;
      }
    });
    expect(refused).toMatch(/could not be cloned/);
  });
});
