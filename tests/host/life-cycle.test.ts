// The app's life: the order of its events, how windows close, and how it ends.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { fixtureApp, launch, loadedWindow, onEachHost, type Host, type Launched } from './hosts.ts';

const START = [
  'main',
  'main evaluated',
  'will-finish-launching',
  'ready',
  'whenReady',
  'browser-window-created',
  'preloaded /page.html app://fixture/page.html',
];
const exitOf = async ({ process: host }: Launched) => {
  if (host.exitCode === null && host.signalCode === null) await once(host, 'exit');
  return host.exitCode;
};

/** Starts the app as a user does, without Playwright, once its page is there. */
async function startPlain(host: Host, folder: string): Promise<ChildProcess> {
  const args = [fixtureApp, `--user-data-dir=${join(folder, 'data')}`, `--life=${join(folder, 'life')}`];
  const started = spawn(host.executable ?? '', host.isEmulated ? args : [...args, '--no-sandbox'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  await expect
    .poll(() => existsSync(join(folder, 'life')) && readFileSync(join(folder, 'life'), 'utf8'), {
      timeout: 30_000,
    })
    .toContain('preloaded');
  return started;
}

/** The processes that have a word in their command line. */
const processesWith = (word: string) =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return readFileSync(join('/proc', pid, 'cmdline'), 'utf8').includes(word);
      } catch {
        // It ended while we looked.
        return false;
      }
    });

onEachHost((host) => {
  test('starts in order, and quits in order when its last window is closed', async () => {
    const launched = await launch(host);
    const page = await loadedWindow(launched.app);
    expect(launched.life()).toEqual(START);
    await page.close();
    expect(await exitOf(launched)).toBe(0);
    expect(launched.life().slice(START.length)).toEqual([
      'window-all-closed',
      'before-quit',
      'will-quit',
      'quit',
    ]);
    await launched.end();
  });

  test('app.quit closes the windows without window-all-closed', async () => {
    const launched = await launch(host);
    await loadedWindow(launched.app);
    await launched.app.evaluate(({ app }) => {
      app.quit();
    });
    expect(await exitOf(launched)).toBe(0);
    expect(launched.life().slice(START.length)).toEqual(['before-quit', 'will-quit', 'quit']);
    await launched.end();
  });

  test('app.exit ends with its code and asks nobody', async () => {
    const launched = await launch(host);
    await loadedWindow(launched.app);
    await launched.app
      .evaluate(({ app }) => {
        app.exit(7);
      })
      // The answer may be lost with the process.
      .catch(() => undefined);
    expect(await exitOf(launched)).toBe(7);
    expect(launched.life().slice(START.length)).toEqual(['quit']);
    await launched.end();
  });

  test('a prevented close keeps the window, and ends the quitting', async () => {
    const launched = await launch(host);
    const page = await loadedWindow(launched.app);
    const kept = await launched.app.evaluate(async ({ app, BrowserWindow }) => {
      const window = BrowserWindow.getAllWindows()[0];
      const seen: string[] = [];
      window?.on('close', (event) => {
        seen.push('close');
        if (seen.length < 3) event.preventDefault();
      });
      window?.once('closed', () => seen.push('closed'));
      window?.close();
      app.quit();
      await new Promise((resolve) => setTimeout(resolve, 300));
      Object.assign(globalThis, { seen });
      return [seen, window?.isDestroyed(), BrowserWindow.getAllWindows().length];
    });
    expect(kept).toEqual([['close', 'close'], false, 1]);
    expect(await page.textContent('h1')).toBe('Fixture');
    const seen = await launched.app.evaluate(async ({ BrowserWindow }) => {
      globalThis.staysOpen = true;
      const window = BrowserWindow.getAllWindows()[0];
      const closed = new Promise<void>((resolve) => window?.once('closed', () => resolve()));
      window?.close();
      await closed;
      return [
        (globalThis as unknown as { seen: string[] }).seen,
        window?.isDestroyed(),
        BrowserWindow.getAllWindows().length,
      ];
    });
    expect(seen).toEqual([['close', 'close', 'close', 'closed'], true, 0]);
    await launched.end();
  });

  test('a second instance is refused, and tells the first', async () => {
    const first = await launch(host, { args: ['--single'] });
    await loadedWindow(first.app);
    const second = spawn(
      host.executable ?? '',
      [
        fixtureApp,
        `--user-data-dir=${join(first.folder, 'data')}`,
        `--life=${join(first.folder, 'second')}`,
        '--single',
        '--second',
        ...(host.isEmulated ? [] : ['--no-sandbox']),
      ],
      { stdio: 'ignore' },
    );
    expect(await once(second, 'exit')).toEqual([0, null]);
    expect(readFileSync(join(first.folder, 'second'), 'utf8')).toContain('refused');
    await expect.poll(() => first.life().at(-1)).toBe('second-instance true {"from":"second"}');
    await first.end();
  });

  test('after its renderer crashed, a window can be loaded anew', async () => {
    const launched = await launch(host);
    await loadedWindow(launched.app);
    const reason = await launched.app.evaluate(async ({ BrowserWindow }) => {
      const contents = BrowserWindow.getAllWindows()[0]?.webContents;
      const gone = new Promise((resolve) =>
        contents?.once('render-process-gone', (_event, details) => {
          resolve(details.reason);
        }),
      );
      contents?.forcefullyCrashRenderer();
      const reason = await gone;
      const loaded = new Promise<void>((resolve) => contents?.once('did-finish-load', () => resolve()));
      contents?.reload();
      await loaded;
      return reason;
    });
    expect(['crashed', 'killed']).toContain(reason);
    expect(launched.life().slice(-1)).toEqual(START.slice(-1));
    await launched.end();
  });

  describe.skipIf(process.platform !== 'linux')('signals', () => {
    test('SIGTERM quits in order', async () => {
      const folder = mkdtempSync(join(tmpdir(), 'host-test-'));
      const started = await startPlain(host, folder);
      started.kill('SIGTERM');
      expect(await once(started, 'exit')).toEqual([0, null]);
      expect(readFileSync(join(folder, 'life'), 'utf8').trim().split('\n').slice(-3)).toEqual([
        'before-quit',
        'will-quit',
        'quit',
      ]);
      rmSync(folder, { recursive: true });
    });

    test.runIf(host.isEmulated)('started plainly, opens no debugging port and prints nothing', async () => {
      const folder = mkdtempSync(join(tmpdir(), 'host-test-'));
      const started = await startPlain(host, folder);
      const printed: string[] = [];
      for (const stream of [started.stdout, started.stderr])
        stream?.on('data', (text: Buffer) => printed.push(text.toString()));
      expect(processesWith(`chromium-host-${started.pid}-`).length).toBeGreaterThan(0);
      started.kill('SIGTERM');
      await once(started, 'close');
      expect(printed.join('')).toBe('');
      // A browser that still writes while it ends may keep its folder for a moment.
      const left = () =>
        readdirSync(tmpdir()).filter((name) => name.startsWith(`chromium-host-${started.pid}-`));
      await expect.poll(left).toEqual([]);
      rmSync(folder, { recursive: true });
    });

    test.runIf(host.isEmulated)('SIGKILL leaves no Chromium behind', async () => {
      const folder = mkdtempSync(join(tmpdir(), 'host-test-'));
      const started = await startPlain(host, folder);
      started.kill('SIGKILL');
      await once(started, 'exit');
      await expect
        .poll(() => processesWith(`chromium-host-${started.pid}-`), { timeout: 30_000 })
        .toEqual([]);
      rmSync(folder, { recursive: true });
    });
  });
});
