// Members of Electron's API that the app uses and no other conformance test has an eye on. Which those are is read from
// the app itself: see coverage.test.ts.
import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { launch, loadedWindow, onEachHost, sharedWindow } from './hosts.ts';

onEachHost((host) => {
  const shared = sharedWindow(host);

  test('a minimised window says so, is restored, and takes progress for the task bar', async () => {
    const states = await shared.app.evaluate(async ({ BrowserWindow }) => {
      const window = BrowserWindow.getAllWindows()[0];
      const settle = () => new Promise((resolve) => setTimeout(resolve, 300));
      window?.minimize();
      await settle();
      const minimised = window?.isMinimized();
      window?.restore();
      await settle();
      window?.setProgressBar(0.5);
      window?.setProgressBar(-1);
      return [minimised, window?.isMinimized()];
    });
    expect(states).toEqual([true, false]);
  });

  test('a page is enlarged: half as much of it is as wide as the window', async () => {
    const width = () => shared.page.evaluate(() => document.body.clientWidth);
    const enlarge = (factor: number) =>
      shared.app.evaluate(({ BrowserWindow }, factor) => {
        BrowserWindow.getAllWindows()[0]?.webContents.setZoomFactor(factor);
      }, factor);
    const whole = await width();
    await enlarge(2);
    await expect.poll(width).toBeLessThan(whole * 0.6);
    await enlarge(1);
    await expect.poll(width).toBe(whole);
  });

  test('what a page has put into storage goes when the app clears it', async () => {
    const kept = await shared.app.evaluate(async ({ BrowserWindow, session }) => {
      const window = new BrowserWindow({ show: false, webPreferences: { sandbox: true } });
      await window.loadURL('app://fixture/page.html');
      const { webContents } = window;
      await webContents.executeJavaScript("localStorage.setItem('kept', 'yes')");
      const before: unknown = await webContents.executeJavaScript("localStorage.getItem('kept')");
      await session.defaultSession.clearStorageData();
      const after: unknown = await webContents.executeJavaScript("localStorage.getItem('kept')");
      window.destroy();
      return [before, after];
    });
    expect(kept).toEqual(['yes', null]);
  });

  test('the app hears of each session as it is made, in time to take its spell checker away', async () => {
    const told = await shared.app.evaluate(({ app, session }) => {
      const heard: [boolean, boolean][] = [];
      app.once('session-created', (made) => {
        made.setSpellCheckerDictionaryDownloadURL('http://127.0.0.1:1/');
        made.setSpellCheckerLanguages([]);
        const before = made.isSpellCheckerEnabled();
        made.setSpellCheckerEnabled(false);
        heard.push([before, made.isSpellCheckerEnabled()]);
      });
      const line = session.fromPartition('spelling');
      return [heard, session.fromPartition('spelling') === line];
    });
    expect(told).toEqual([[[true, false]], true]);
  });

  test('a page that is loaded again says so, and one that would stay goes where it is told', async () => {
    const told = await shared.app.evaluate(async ({ BrowserWindow }) => {
      const window = new BrowserWindow({ show: false, webPreferences: { sandbox: true } });
      const heard: string[] = [];
      window.webContents.on('did-navigate', (_event, address) => heard.push(address));
      window.webContents.on('will-prevent-unload', (event) => {
        heard.push('will-prevent-unload');
        event.preventDefault();
      });
      await window.loadURL('app://fixture/page.html');
      // Only a page that somebody has touched may ask.
      await window.webContents.executeJavaScript(
        `addEventListener('beforeunload', (event) => event.preventDefault()); 1`,
        true,
      );
      await window.loadURL('app://fixture/second.html');
      window.destroy();
      return heard;
    });
    expect(told).toEqual(['app://fixture/page.html', 'will-prevent-unload', 'app://fixture/second.html']);
  });

  test('what comes only of a page that hangs or moves its window, or of a certificate, can be listened to', async () => {
    const told = await shared.app.evaluate(({ app, BrowserWindow }) => {
      const [window] = BrowserWindow.getAllWindows();
      const listen = () => undefined;
      window?.on('unresponsive', listen).on('responsive', listen);
      window?.webContents.on('content-bounds-updated', listen);
      app.on('select-client-certificate', listen);
      return [
        window?.listenerCount('unresponsive'),
        window?.webContents.listenerCount('content-bounds-updated'),
        app.listenerCount('select-client-certificate'),
      ];
    });
    expect(told).toEqual([1, 1, 1]);
  });

  test('a page that is gone tells whoever waits for it', async () => {
    const told = await shared.app.evaluate(async ({ BrowserWindow }) => {
      const window = new BrowserWindow({ show: false, webPreferences: { sandbox: true } });
      const destroyed = new Promise<string>((resolve) =>
        window.webContents.once('destroyed', () => resolve('destroyed')),
      );
      window.destroy();
      return destroyed;
    });
    expect(told).toBe('destroyed');
  });

  test('a window that comes to the front tells the app', async () => {
    const told = await shared.app.evaluate(async ({ app, BrowserWindow }) => {
      const heard = new Promise<boolean>((resolve) =>
        app.once('browser-window-focus', (_event, window) => {
          resolve(window === BrowserWindow.getAllWindows().at(-1));
        }),
      );
      const id = await globalThis.openWindow();
      BrowserWindow.fromId(id)?.focus();
      const same = await heard;
      BrowserWindow.fromId(id)?.destroy();
      return same;
    });
    expect(told).toBe(true);
  });

  test('paths are set before they are asked for; the sandbox can only be chosen before the app is ready', async () => {
    const told = await shared.app.evaluate(({ app }) => {
      app.setPath('documents', '/nonexistent/elsewhere');
      let refused = false;
      try {
        app.enableSandbox();
      } catch {
        refused = true;
      }
      return [app.getPath('documents'), refused];
    });
    expect(told).toEqual(['/nonexistent/elsewhere', true]);
  });

  test('the menu is the app’s, or none', async () => {
    const told = await shared.app.evaluate(({ Menu }) => {
      const menu = Menu.buildFromTemplate([{ role: 'editMenu' }]);
      Menu.setApplicationMenu(menu);
      const kept = Menu.getApplicationMenu() === menu;
      Menu.setApplicationMenu(null);
      return [kept, Menu.getApplicationMenu()];
    });
    expect(told).toEqual([true, null]);
  });

  test('the machine tells whether it has a network, how long nobody touched it, and when it sleeps and wakes', async () => {
    const told = await shared.app.evaluate(({ net, powerMonitor }) => {
      const heard: string[] = [];
      powerMonitor.once('lock-screen', () => heard.push('lock-screen'));
      powerMonitor.once('suspend', () => heard.push('suspend'));
      powerMonitor.once('resume', () => heard.push('resume'));
      for (const event of ['lock-screen', 'suspend', 'resume']) powerMonitor.emit(event);
      return [typeof net.isOnline(), powerMonitor.getSystemIdleTime() >= 0, heard];
    });
    expect(told).toEqual(['boolean', true, ['lock-screen', 'suspend', 'resume']]);
  });

  test.skipIf(process.platform !== 'linux')('what was only selected can be cleared', async () => {
    const told = await shared.app.evaluate(async ({ clipboard }) => {
      await clipboard.selection.writeText('selected');
      const before = await clipboard.selection.readText();
      clipboard.selection.clear();
      return [before, await clipboard.selection.readText()];
    });
    expect(told).toEqual(['selected', '']);
  });

  test('faults that nobody caught reach the app’s handlers, and it goes on', async () => {
    const heard = await shared.app.evaluate(async () => {
      const heard: string[] = [];
      process.once('uncaughtException', ({ message }) => heard.push(message));
      process.once('unhandledRejection', (thrown) => heard.push((thrown as Error).message));
      process.once('warning', ({ name }) => heard.push(name));
      setTimeout(() => {
        throw new Error('thrown');
      });
      void Promise.reject(new Error('rejected'));
      process.emitWarning('careful', 'TestWarning');
      await new Promise((resolve) => setTimeout(resolve, 100));
      return heard;
    });
    expect(heard).toEqual(expect.arrayContaining(['thrown', 'rejected']));
    expect(await shared.app.evaluate(({ app }) => app.getName())).toBe('Fixture');
  });

  test('requests of pages pass the app first, by the address of its own scheme, and may be cancelled', async () => {
    await shared.app.evaluate(({ session }) => {
      Object.assign(globalThis, { asked: [] });
      session.defaultSession.webRequest.onBeforeRequest(({ url }, answer) => {
        (globalThis as unknown as { asked: string[] }).asked.push(url);
        answer({ cancel: url.endsWith('second.html') });
      });
    });
    const shown = await shared.page.evaluate(async () => {
      const frame = document.createElement('iframe');
      frame.src = 'second.html';
      document.body.append(frame);
      await new Promise((resolve) => setTimeout(resolve, 300));
      let heading: string | undefined;
      try {
        heading = frame.contentDocument?.querySelector('h1')?.textContent ?? undefined;
      } catch {
        // An error page is another origin's.
      }
      frame.remove();
      return heading;
    });
    const asked = await shared.app.evaluate(({ session }) => {
      session.defaultSession.webRequest.onBeforeRequest(null);
      return (globalThis as unknown as { asked: string[] }).asked;
    });
    expect(shown).toBeUndefined();
    expect(asked).toContain('app://fixture/second.html');
  });

  test('will-frame-navigate stops a frame from going elsewhere', async () => {
    await shared.app.evaluate(({ BrowserWindow }) => {
      globalThis.life.length = 0;
      BrowserWindow.getAllWindows()[0]?.webContents.once('will-frame-navigate', (event) => {
        globalThis.life.push(`${event.isMainFrame} ${event.url}`);
        event.preventDefault();
      });
    });
    await shared.page.evaluate(async () => {
      const frame = document.createElement('iframe');
      document.body.append(frame);
      frame.contentWindow?.location.replace(new URL('second.html', location.href));
      await new Promise((resolve) => setTimeout(resolve, 200));
      frame.remove();
    });
    await expect
      .poll(() => shared.app.evaluate(() => globalThis.life))
      .toContain('false app://fixture/second.html');
  });

  test('WebRTC’s policy is kept as it was set', async () => {
    const told = await shared.app.evaluate(({ BrowserWindow }) => {
      const contents = BrowserWindow.getAllWindows()[0]?.webContents;
      contents?.setWebRTCIPHandlingPolicy('disable_non_proxied_udp');
      return contents?.getWebRTCIPHandlingPolicy();
    });
    expect(told).toBe('disable_non_proxied_udp');
  });

  test('with a proxy that nobody runs, pages still get the app’s own scheme, and nothing else is reached', async () => {
    const told = await shared.app.evaluate(async ({ session }) => {
      const pages = session.defaultSession;
      pages.setDevicePermissionHandler(() => false);
      await pages.setProxy({
        mode: 'fixed_servers',
        proxyRules: 'http://127.0.0.1:1',
        proxyBypassRules: '<-loopback>',
      });
      const attempt = (address: string) =>
        Promise.resolve()
          .then(() => pages.fetch(address))
          .then(
            ({ status }) => status,
            () => 'refused',
          );
      const told = [await attempt('app://fixture/page.html'), await attempt('http://127.0.0.1:9/')];
      await pages.setProxy({ mode: 'system' });
      return told;
    });
    expect(told).toEqual([200, 'refused']);
    expect(await shared.page.textContent('h1')).toBe('Fixture');
  });

  describe.skipIf(!host.isEmulated)('what would stop a test on Electron, or open a program', () => {
    test('an error box goes to stderr, and a folder is shown by nobody without a display', async () => {
      const launched = await launch(host);
      await loadedWindow(launched.app);
      const printed: string[] = [];
      launched.process.stderr?.on('data', (text: Buffer) => printed.push(text.toString()));
      await launched.app.evaluate(({ dialog, shell }) => {
        dialog.showErrorBox('A heading', 'and why');
        shell.showItemInFolder('/nonexistent/file');
      });
      await expect.poll(() => printed.join('')).toMatch(/A heading\s+and why/);
      launched.process.kill('SIGTERM');
      await once(launched.process, 'exit');
      await launched.end();
    });

    test('an address that no browser opens is told to be unopened', async () => {
      const told = await shared.app.evaluate(({ shell }) =>
        shell.openExternal('https://library.example/').then(
          () => 'opened',
          () => 'not opened',
        ),
      );
      expect(told).toBe('not opened');
    });
  });

  describe.skipIf(host.isEmulated)('what only Electron shows', () => {
    // On the Chromium host Playwright takes downloads for itself.
    test('a download can be prevented, and is then none', async () => {
      const heard = shared.app.evaluate(
        ({ session }) =>
          new Promise<string>((resolve) =>
            session.defaultSession.once('will-download', (event, item) => {
              event.preventDefault();
              resolve(item.getFilename());
            }),
          ),
      );
      await shared.page.evaluate(() => {
        const link = document.createElement('a');
        link.href = URL.createObjectURL(new Blob(['x']));
        link.download = 'report.txt';
        link.click();
      });
      expect(await heard).toBe('report.txt');
    });

    test('DevTools do not open where the window says so', async () => {
      const open = await shared.app.evaluate(async ({ BrowserWindow }) => {
        const window = new BrowserWindow({ show: false, webPreferences: { devTools: false } });
        window.webContents.openDevTools();
        await new Promise((resolve) => setTimeout(resolve, 500));
        const open = window.webContents.isDevToolsOpened();
        window.destroy();
        return open;
      });
      expect(open).toBe(false);
    });

    test('will-attach-webview and will-redirect come, and can be prevented', async () => {
      const heard = await shared.app.evaluate(async ({ BrowserWindow, protocol }) => {
        protocol.handle(
          'moved',
          () => new Response(null, { status: 302, headers: { location: 'app://fixture/second.html' } }),
        );
        const window = new BrowserWindow({ show: false, webPreferences: { webviewTag: true } });
        const heard: string[] = [];
        window.webContents.on('will-attach-webview', (event) => {
          heard.push('will-attach-webview');
          event.preventDefault();
        });
        window.webContents.on('will-redirect', (event) => {
          heard.push('will-redirect');
          event.preventDefault();
        });
        await window.loadURL('app://fixture/page.html');
        await window.webContents.executeJavaScript(
          `document.body.append(Object.assign(document.createElement('webview'), { src: 'app://fixture/second.html' }))`,
        );
        await window.loadURL('moved://somewhere/').catch(() => undefined);
        window.destroy();
        return heard;
      });
      expect(heard).toEqual(['will-attach-webview', 'will-redirect']);
    });
  });
});
