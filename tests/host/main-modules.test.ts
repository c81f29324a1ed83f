// The modules of the main process besides windows and pages.
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { launch, onEachHost, sharedWindow } from './hosts.ts';

onEachHost((host) => {
  const shared = sharedWindow(host, {
    env: { XDG_CONFIG_HOME: '/nonexistent/config', HOME: '/home/reader' },
  });

  test('app tells what its package.json and its command line say', async () => {
    const told = await shared.app.evaluate(({ app }) => [
      app.getName(),
      app.getVersion(),
      app.isPackaged,
      app.commandLine.hasSwitch('life'),
      app.commandLine.getSwitchValue('missing'),
      process.type,
      process.versions.electron?.split('.')[0],
      app.getPath('userData') === app.commandLine.getSwitchValue('user-data-dir'),
    ]);
    expect(told).toEqual(['Fixture', '1.2.3', false, true, '', 'browser', '45', true]);
    expect(await shared.app.evaluate(({ app }) => app.getPath('downloads'))).toBe('/home/reader/Downloads');
    expect(await shared.app.evaluate(({ app }) => app.getPath('appData'))).toBe('/nonexistent/config');
    expect(await shared.app.evaluate(({ app }) => app.getPath('logs'))).toBe(
      join(shared.launched.folder, 'data', 'logs'),
    );
  });

  test('a test may answer a dialog in its place', async () => {
    const answer = await shared.app.evaluate(async ({ dialog }) => {
      dialog.showMessageBox = () => Promise.resolve({ response: 1, checkboxChecked: false });
      return dialog.showMessageBox({ message: 'Delete?' });
    });
    expect(answer).toEqual({ response: 1, checkboxChecked: false });
  });

  test('schemes get no privileges any more once the app is ready', async () => {
    const message = await shared.app.evaluate(({ protocol }) => {
      try {
        protocol.registerSchemesAsPrivileged([
          { scheme: 'late', privileges: { standard: true, secure: true } },
        ]);
        return 'registered';
      } catch (error) {
        return (error as Error).message;
      }
    });
    expect(message).toBe('protocol.registerSchemesAsPrivileged should be called before app is ready');
  });

  test('loadURL rejects with the network error', async () => {
    const told = await shared.app.evaluate(async ({ BrowserWindow }) => {
      const window = new BrowserWindow({ show: false });
      const failed = await window
        .loadURL('app://fixture:x/')
        .catch((error: unknown) => error as Error & { code: string });
      window.destroy();
      return [failed?.code];
    });
    expect(told).toEqual(['ERR_INVALID_URL']);
  });

  test('net.fetch answers the app’s own scheme and files', async () => {
    const told = await shared.app.evaluate(async ({ app, net }) => {
      const page = await net.fetch('app://fixture/page.html');
      const missing = await net.fetch('app://fixture/none.html');
      const file = await net.fetch(`file://${app.getAppPath()}/package.json`);
      return [
        page.status,
        (await page.text()).includes('<h1>Fixture</h1>'),
        missing.status,
        (await file.json()).name,
      ];
    });
    expect(told).toEqual([200, true, 404, 'fixture']);
  });

  test('the theme that the app chooses reaches the page', async () => {
    await shared.app.evaluate(({ nativeTheme }) => {
      nativeTheme.themeSource = 'dark';
    });
    const told = await shared.app.evaluate(({ nativeTheme }) => [
      nativeTheme.themeSource,
      nativeTheme.shouldUseDarkColors,
    ]);
    expect(told).toEqual(['dark', true]);
  });

  describe.skipIf(!host.isEmulated)('what is not emulated', () => {
    test.each([
      ['autoUpdater.checkForUpdates', 'electron.autoUpdater.checkForUpdates()'],
      ['Tray', 'new electron.Tray("icon.png")'],
      ['dialog.showMessageBoxSync', 'electron.dialog.showMessageBoxSync({ message: "" })'],
      ['app.setLoginItemSettings', 'electron.app.setLoginItemSettings({})'],
      ['safeStorage.encryptString', 'electron.safeStorage.encryptString("x")'],
      ["webContents event 'paint'", 'electron.webContents.getAllWebContents()[0].on("paint", () => {})'],
      ['BrowserWindow.setVibrancy', 'electron.BrowserWindow.getAllWindows()[0].setVibrancy("menu")'],
      [
        'BrowserWindow webPreferences.sandbox',
        'new electron.BrowserWindow({ webPreferences: { sandbox: false } })',
      ],
      ['session.fromPartition', 'electron.session.fromPartition("persist:x")'],
    ])('%s throws and names itself', async (name, expression) => {
      const message = await shared.app.evaluate((electron, text) => {
        try {
          new Function('electron', text)(electron);
          return 'did nothing';
        } catch (error) {
          return (error as Error).message;
        }
      }, expression);
      expect(message).toContain(`Chromium host: electron.${name} is not emulated`);
    });
  });
});

onEachHost((host) => {
  describe.skipIf(!host.isEmulated)('safeStorage, whose keyring only the Chromium host can change', () => {
    test('unseals what it sealed, also after another start, but not with another keyring', async () => {
      const first = await launch(host, { args: ['--windowless'] });
      const sealed = await first.app.evaluate(async ({ safeStorage }) => {
        const sealed = await safeStorage.encryptStringAsync('secret key');
        const { result, shouldReEncrypt } = await safeStorage.decryptStringAsync(sealed);
        return {
          available: await safeStorage.isAsyncEncryptionAvailable(),
          hex: sealed.toString('hex'),
          result,
          shouldReEncrypt,
        };
      });
      expect(sealed).toMatchObject({ available: true, result: 'secret key', shouldReEncrypt: false });
      expect(Buffer.from(sealed.hex, 'hex').toString('latin1')).not.toContain('secret');
      await first.app.close();

      const unseal = async (env: Record<string, string>) => {
        const again = await launch(host, { args: ['--windowless'], folder: first.folder, env });
        const told = await again.app.evaluate(async ({ safeStorage }, hex) => {
          const available = await safeStorage.isAsyncEncryptionAvailable();
          const result = await safeStorage.decryptStringAsync(Buffer.from(hex, 'hex')).then(
            (answer) => answer.result,
            () => 'refused',
          );
          return { available, result };
        }, sealed.hex);
        await again.app.close();
        return told;
      };
      expect(await unseal({})).toEqual({ available: true, result: 'secret key' });
      expect(await unseal({ CHROMIUM_HOST_KEYRING_DIR: join(first.folder, 'other') })).toEqual({
        available: true,
        result: 'refused',
      });
      expect(await unseal({ CHROMIUM_HOST_KEYRING: 'absent' })).toEqual({
        available: true,
        result: 'refused',
      });
      await first.end();
    });

    test('without a keyring it seals all the same, with the key that every Chromium has', async () => {
      const without = await launch(host, {
        args: ['--windowless'],
        env: { CHROMIUM_HOST_KEYRING: 'absent' },
      });
      const sealed = await without.app.evaluate(async ({ safeStorage }) =>
        (await safeStorage.encryptStringAsync('secret key')).toString('hex'),
      );
      expect(Buffer.from(sealed, 'hex').subarray(0, 3).toString()).toBe('v10');
      await without.end();
    });
  });
});
