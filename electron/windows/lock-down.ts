// What no page may do, whichever window it is in: leave our pages, open windows, ask for permissions, embed, reach a
// network. Chromium's own doors are shut here; what the page's policy shuts is page-policy.ts.
import { app, session, type Session, type WebContents } from 'electron';
import { SAY_AGAIN_MS, type Log } from '../support/log.ts';
import { isOurAddress } from './app-protocol.ts';

/** A proxy that nobody runs, for local addresses too: what passes by the policy, such as WebRTC, gets nowhere. */
const NOWHERE = {
  mode: 'fixed_servers',
  proxyRules: 'http://127.0.0.1:1',
  proxyBypassRules: '<-loopback>',
} as const;

type Refuse = (what: string) => void;

/**
 * Before Electron is ready: whatever windows are made with, each session would fetch a dictionary for its spell checker
 * from the web as it is made, on Windows and Linux. The address is that of nobody.
 */
export function fetchNoDictionaries(): void {
  app.on('session-created', (made) => {
    made.setSpellCheckerDictionaryDownloadURL('http://127.0.0.1:1/');
    made.setSpellCheckerLanguages([]);
    made.setSpellCheckerEnabled(false);
  });
}

export async function lockDownPages(log: Log): Promise<void> {
  const saidAt = new Map<string, number>();
  const refuse: Refuse = (what) => {
    const now = performance.now();
    if (now - (saidAt.get(what) ?? -Infinity) < SAY_AGAIN_MS) return;
    saidAt.set(what, now);
    log.write('refused', { of: what });
  };
  // Electron would give the first that the user has to whoever asks, main's own requests for a server included.
  app.on('select-client-certificate', (event, _contents, _address, _certificates, answer) => {
    event.preventDefault();
    answer();
    refuse('client certificate');
  });
  app.on('web-contents-created', (_event, contents) => {
    keepInPlace(contents, refuse);
  });
  await giveNothing(session.defaultSession, refuse);
}

function keepInPlace(contents: WebContents, refuse: Refuse): void {
  const prevent = (what: string) => (event: { preventDefault(): void }) => {
    event.preventDefault();
    refuse(what);
  };
  contents.on('will-navigate', prevent('navigation'));
  contents.on('will-frame-navigate', prevent('navigation of a frame'));
  contents.on('will-redirect', prevent('redirect'));
  contents.on('will-attach-webview', prevent('webview'));
  contents.setWindowOpenHandler(() => {
    refuse('window');
    return { action: 'deny' };
  });
  // No page of ours asks so whether it may go: it would keep its window, and the program, from ending.
  contents.on('will-prevent-unload', prevent('staying'));
  contents.on('content-bounds-updated', prevent('moving its window'));
  contents.setWebRTCIPHandlingPolicy('disable_non_proxied_udp');
}

/** The session of all pages; main speaks to the central server in another one. */
async function giveNothing(pages: Session, refuse: Refuse): Promise<void> {
  pages.setPermissionRequestHandler((_contents, permission, answer) => {
    refuse(`permission ${permission}`);
    answer(false);
  });
  pages.setPermissionCheckHandler(() => false);
  pages.setDevicePermissionHandler(() => false);
  pages.on('will-download', (event) => {
    event.preventDefault();
    refuse('download');
  });
  pages.webRequest.onBeforeRequest(({ url }, answer) => {
    const ours = isOurAddress(url);
    if (!ours) refuse('request');
    answer({ cancel: !ours });
  });
  await pages.setProxy(NOWHERE);
  // Pages keep nothing here; what one that was taken over put there, an earlier day's, goes before any page is shown.
  await pages.clearStorageData();
}
