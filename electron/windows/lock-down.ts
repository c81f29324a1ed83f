// What no page may do, whichever window it is in: leave our pages, open windows, ask for permissions, embed.
import { app, session } from 'electron';
import type { Log } from '../support/log.ts';

export function lockDownPages(log: Log): void {
  app.on('web-contents-created', (_event, contents) => {
    const refuse = (what: string) => (event: { preventDefault(): void }) => {
      event.preventDefault();
      log.write('refused', { what });
    };
    contents.on('will-navigate', refuse('navigation'));
    contents.on('will-frame-navigate', refuse('navigation of a frame'));
    contents.on('will-redirect', refuse('redirect'));
    contents.on('will-attach-webview', refuse('webview'));
    contents.setWindowOpenHandler(() => {
      log.write('refused', { what: 'window' });
      return { action: 'deny' };
    });
  });
  session.defaultSession.setPermissionRequestHandler((_contents, _permission, answer) => {
    answer(false);
  });
  session.defaultSession.setPermissionCheckHandler(() => false);
  session.defaultSession.setDevicePermissionHandler(() => false);
  session.defaultSession.on('will-download', refuseDownload);
}

const refuseDownload = (event: { preventDefault(): void }) => {
  event.preventDefault();
};
