// Windows: their events, and windows on a display.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launch, loadedWindow, onEachHost, sharedWindow } from './hosts.ts';

onEachHost((host) => {
  const shared = sharedWindow(host);

  test('a hidden window is there for all who look, loads, and says when it can be shown', async () => {
    const seen = await shared.app.evaluate(async ({ app, BrowserWindow }) => {
      const seen: unknown[] = [];
      app.once('browser-window-created', (_event, window) => {
        for (const name of ['ready-to-show', 'show', 'focus', 'closed']) {
          window.on(name as 'show', () => seen.push(name));
        }
        window.webContents.on('did-finish-load', () => seen.push('did-finish-load'));
        window.webContents.on('dom-ready', () => seen.push('dom-ready'));
      });
      const id = await globalThis.openWindow({ show: false, title: 'Hidden' });
      const window = BrowserWindow.fromId(id);
      const before = [window?.isVisible(), window?.getTitle()];
      if (!seen.includes('ready-to-show')) {
        await new Promise<void>((resolve) =>
          window?.once('ready-to-show', () => {
            resolve();
          }),
        );
      }
      window?.show();
      const after = [window?.isVisible(), BrowserWindow.getFocusedWindow() === window];
      window?.destroy();
      return { before, after, isGone: window?.isDestroyed(), seen };
    });
    expect(seen).toMatchObject({ before: [false, 'Fixture page'], after: [true, true], isGone: true });
    const loading = ['dom-ready', 'did-finish-load'];
    expect(seen.seen.filter((name) => loading.includes(String(name)))).toEqual(loading);
    expect(seen.seen).toContain('ready-to-show');
    expect(seen.seen.slice(-3)).toEqual(['show', 'focus', 'closed']);
  });

  test('a page’s title becomes the window’s, unless the app prevents it', async () => {
    await shared.app.evaluate(({ BrowserWindow }) => {
      const window = BrowserWindow.getAllWindows()[0];
      window?.setTitle('Kept');
      window?.on('page-title-updated', (event, title) => {
        event.preventDefault();
        globalThis.life.push(`title ${title}`);
      });
    });
    await shared.page.evaluate(() => {
      document.title = 'Patron’s name';
    });
    await expect.poll(() => shared.app.evaluate(() => globalThis.life.at(-1))).toBe('title Patron’s name');
    expect(
      await shared.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.getTitle()),
    ).toBe('Kept');
  });

  test('minimum sizes hold, and bounds are what was set', async () => {
    const bounds = await shared.app.evaluate(({ BrowserWindow }) => {
      const window = BrowserWindow.getAllWindows()[0];
      window?.setBounds({ x: 50, y: 60, width: 640, height: 480 });
      return window?.getBounds();
    });
    expect(bounds).toEqual({ x: 50, y: 60, width: 640, height: 480 });
  });
});

const hasDisplayServer = existsSync('/usr/bin/Xvfb');

onEachHost((host) => {
  describe.skipIf(!host.isEmulated || !hasDisplayServer)('on a display (with Xvfb)', () => {
    let xvfb: ChildProcess | undefined;
    let display = '';
    beforeAll(async () => {
      xvfb = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', '1600x1000x24'], {
        stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
      });
      const [number] = (await once(xvfb.stdio[3] as NodeJS.ReadableStream, 'data')) as [Buffer];
      display = `:${number.toString().trim()}`;
    });
    afterAll(() => {
      xvfb?.kill();
    });

    test('a window has no browser controls, and its close button asks the app', async () => {
      const launched = await launch(host, { env: { DISPLAY: display, CHROMIUM_HOST_DISPLAY: 'window' } });
      const page = await loadedWindow(launched.app);
      const [width, height, around] = await page.evaluate(() => [
        innerWidth,
        innerHeight,
        outerHeight - innerHeight,
      ]);
      expect([width, height]).toEqual([900, 640]);
      // No more than a title bar, where Chromium draws its own.
      expect(around).toBeLessThan(60);
      await launched.app.evaluate(({ BrowserWindow }) => {
        BrowserWindow.getAllWindows()[0]?.once('close', (event) => {
          event.preventDefault();
          globalThis.life.push('close');
        });
      });
      // Playwright would answer the question itself, if nobody listened.
      page.on('dialog', () => undefined);
      await page.click('h1');
      const button = await page.context().newCDPSession(page);
      await button.send('Page.close');
      await expect.poll(() => launched.app.evaluate(() => globalThis.life.at(-1))).toBe('close');
      expect(await page.textContent('h1')).toBe('Fixture');
      await launched.end();
    });
  });
});
