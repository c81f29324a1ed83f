// contextBridge: the page gets frozen functions and values, and nothing else of the preload.
import { expect, test } from 'vitest';
import { onEachHost, sharedWindow } from './hosts.ts';

onEachHost((host) => {
  const shared = sharedWindow(host);

  test('what is exposed is there before the page runs its first script, and require is not', async () => {
    expect(await shared.page.evaluate(() => window.seenFirst)).toEqual({
      bridge: 'object',
      require: 'undefined',
    });
  });

  test('the page sees neither Node, nor Electron, nor the host', async () => {
    const extra = await shared.page.evaluate(() => {
      const pristine = document.body.appendChild(document.createElement('iframe'));
      const usual = new Set(Object.getOwnPropertyNames(pristine.contentWindow));
      pristine.remove();
      // A number names a frame; the rest was put there by a script.
      return Object.getOwnPropertyNames(window).filter(
        (name) => !usual.has(name) && !/^\d+$/.test(name) && !name.startsWith('__playwright'),
      );
    });
    expect(extra.toSorted()).toEqual(['fixture', 'seenFirst']);
  });

  test('the exposed object can be neither replaced nor changed', async () => {
    const answers = await shared.page.evaluate(() => {
      const attempt = (change: () => void) => {
        try {
          change();
        } catch {
          // Strict code is told, sloppy code is not; either way nothing changes.
        }
      };
      const before = window.fixture;
      attempt(() => ((window as unknown as Record<string, unknown>).fixture = {}));
      attempt(() => delete (window as Partial<Window>).fixture);
      attempt(() => ((window.fixture as { invoke: unknown }).invoke = () => 'mine'));
      const { nested } = window.fixture as unknown as {
        nested: { deep: { answer: number; list: unknown[] } };
      };
      attempt(() => (nested.deep.answer = 0));
      attempt(() => nested.deep.list.push(3));
      return [
        before === window.fixture,
        Object.isFrozen(window.fixture),
        nested.deep,
        typeof window.fixture.invoke,
      ];
    });
    expect(answers).toEqual([true, true, { answer: 42, list: [1, { two: 2 }] }, 'function']);
  });

  test('a page that replaces the built-ins of its world sees nothing of how calls reach the preload', async () => {
    const answers = await shared.page.evaluate(() => {
      const seen: unknown[] = [];
      const { dispatchEvent, addEventListener } = EventTarget.prototype;
      const { parse, stringify } = JSON;
      const { apply } = Reflect;
      const spy = (name: string) => () => {
        seen.push(name);
      };
      Object.assign(EventTarget.prototype, {
        dispatchEvent: spy('dispatchEvent'),
        addEventListener: spy('addEventListener'),
      });
      Object.assign(JSON, { parse: spy('parse'), stringify: spy('stringify') });
      Reflect.apply = spy('apply');
      const echoed = window.fixture.echo({ kept: [1, 'two'] });
      Object.assign(EventTarget.prototype, { dispatchEvent, addEventListener });
      Object.assign(JSON, { parse, stringify });
      Reflect.apply = apply;
      return [echoed, seen];
    });
    expect(answers).toEqual([{ kept: [1, 'two'] }, []]);
  });

  test('a second object of the same name is refused', async () => {
    expect(await shared.page.evaluate(() => window.fixture.exposesTwice())).toEqual({
      error: 'Cannot bind an API on top of an existing property on the window object',
    });
  });

  test('arguments and results are copied at once, and keep their types', async () => {
    const answers = await shared.page.evaluate(() => {
      const sent = { at: new Date(5), bytes: new Uint8Array([1]) };
      const got = window.fixture.echo(sent) as typeof sent;
      return [
        got !== sent,
        got.at instanceof Date && got.at.getTime(),
        got.bytes instanceof Uint8Array,
        window.fixture.describe(new Map()),
      ];
    });
    expect(answers).toEqual([true, 5, true, '[object Map]']);
  });

  test('symbols are left out, and a proxy is refused', async () => {
    const answers = await shared.page.evaluate(() => {
      let refused = '';
      try {
        window.fixture.echo(new Proxy({ a: 1 }, {}));
      } catch (error) {
        refused = (error as Error).message;
      }
      return [window.fixture.echo({ kept: 1, left: Symbol('out') }), refused];
    });
    expect(answers).toEqual([{ kept: 1 }, 'An object could not be cloned.']);
  });

  test('errors and rejections arrive as errors with their message', async () => {
    const answers = await shared.page.evaluate(async () => {
      const caught: unknown[] = [];
      try {
        window.fixture.fails();
      } catch (error) {
        caught.push(error instanceof Error, (error as Error).message);
      }
      await (window.fixture.rejects() as Promise<unknown>).catch((error: unknown) =>
        caught.push(error instanceof Error, (error as Error).message),
      );
      return [...caught, await window.fixture.later('value')];
    });
    expect(answers).toEqual([true, 'out of range', true, 'rejected', 'value']);
  });

  test('a callback of the page is called until it unsubscribes', async () => {
    const tell = (text: string) =>
      shared.app.evaluate(({ BrowserWindow }, told) => {
        BrowserWindow.getAllWindows()[0]?.webContents.send('told', told, new Date(1));
      }, text);
    await shared.page.evaluate(() => {
      const heard: unknown[] = [];
      const unsubscribe = window.fixture.subscribe('told', (text: string, at: Date) =>
        heard.push([text, at instanceof Date]),
      ) as () => void;
      Object.assign(window, { heard, unsubscribe });
    });
    await tell('first');
    await shared.page.waitForFunction(() => (window as unknown as { heard: unknown[] }).heard.length === 1);
    await shared.page.evaluate(() => {
      (window as unknown as { unsubscribe: () => void }).unsubscribe();
    });
    await tell('second');
    const heard = await shared.page.evaluate(async () => {
      await window.fixture.invoke('echo', 'after the second');
      const seen = window as unknown as Record<string, unknown>;
      const { heard } = seen;
      delete seen.heard;
      delete seen.unsubscribe;
      return heard;
    });
    expect(heard).toEqual([['first', true]]);
  });

  test('the preload is sandboxed: its process, and what it may require', async () => {
    expect(await shared.page.evaluate(() => window.fixture.process())).toEqual({
      type: 'renderer',
      sandboxed: true,
      contextIsolated: true,
      platform: process.platform,
      argument: '--fixture=yes',
      electron: 'string',
    });
    const answers = await shared.page.evaluate(() =>
      ['electron', 'events', 'timers', 'url', 'fs', 'child_process'].map((name) =>
        window.fixture.requires(name),
      ),
    );
    expect(answers).toEqual([
      { value: 'object' },
      { value: 'function' },
      { value: 'object' },
      { value: 'object' },
      { error: 'module not found: fs' },
      { error: 'module not found: child_process' },
    ]);
  });

  test('a subframe has no preload', async () => {
    const frames = await shared.page.evaluate(async () => {
      const frame = document.createElement('iframe');
      frame.src = 'second.html';
      const loaded = new Promise((resolve) => (frame.onload = resolve));
      document.body.append(frame);
      await loaded;
      const there = frame.contentWindow !== null && 'fixture' in frame.contentWindow;
      const heading = frame.contentDocument?.querySelector('h1')?.textContent;
      frame.remove();
      return [heading, there];
    });
    expect(frames).toEqual(['Second', false]);
  });
});
