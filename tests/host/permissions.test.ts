// Permissions: what the app's handlers refuse, the page doesn't get; without handlers all is granted.
import { expect, test } from 'vitest';
import { loadedWindow, launch, onEachHost } from './hosts.ts';

onEachHost((host) => {
  test('a page gets no permission that the handlers refuse', async () => {
    const launched = await launch(host, { args: ['--windowless'] });
    try {
      await launched.app.evaluate(async ({ app, session }) => {
        await app.whenReady();
        session.defaultSession.setPermissionRequestHandler((_contents, _permission, answer) => {
          answer(false);
        });
        session.defaultSession.setPermissionCheckHandler(() => false);
        void globalThis.openWindow();
      });
      const page = await loadedWindow(launched.app);
      const states = await page.evaluate(async () => {
        const position = new Promise((resolve) => {
          navigator.geolocation.getCurrentPosition(
            () => {
              resolve('located');
            },
            ({ code }) => {
              resolve(code);
            },
          );
        });
        return [
          await Notification.requestPermission(),
          (await navigator.permissions.query({ name: 'geolocation' })).state,
          await position,
          await navigator.clipboard.readText().catch((error: Error) => error.name),
        ];
      });
      expect(states).toEqual(['denied', 'denied', 1, 'NotAllowedError']);
    } finally {
      await launched.end();
    }
  });
});
