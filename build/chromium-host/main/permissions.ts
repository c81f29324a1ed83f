// Permissions: DevTools can't ask the app when a page asks, so the app's handlers are asked about each of a fixed
// list before a page is loaded, and Chromium is told the answers.
import { toChromium, originOf } from '../chromium/addresses.ts';
import type { CdpSession } from '../chromium/cdp.ts';

type RequestHandler = NonNullable<Parameters<Electron.Session['setPermissionRequestHandler']>[0]>;
type CheckHandler = NonNullable<Parameters<Electron.Session['setPermissionCheckHandler']>[0]>;
type Permission = Parameters<RequestHandler>[1];

interface Descriptor {
  name: string;
  sysex?: boolean;
  allowWithoutSanitization?: boolean;
}

/** Electron's name of a permission, and DevTools' names of what it stands for. */
const PERMISSIONS: [Permission, Descriptor[]][] = [
  ['geolocation', [{ name: 'geolocation' }]],
  ['notifications', [{ name: 'notifications' }]],
  ['media', [{ name: 'camera' }, { name: 'microphone' }]],
  ['clipboard-read', [{ name: 'clipboard-read' }]],
  ['clipboard-sanitized-write', [{ name: 'clipboard-write' }]],
  ['midi', [{ name: 'midi' }]],
  ['midiSysex', [{ name: 'midi', sysex: true }]],
  ['idle-detection', [{ name: 'idle-detection' }]],
  ['display-capture', [{ name: 'display-capture' }]],
  ['keyboardLock', [{ name: 'keyboard-lock' }]],
  ['pointerLock', [{ name: 'pointer-lock' }]],
  ['storage-access', [{ name: 'storage-access' }]],
  ['window-management', [{ name: 'window-management' }]],
];

export class Permissions {
  request: RequestHandler | null = null;
  check: CheckHandler | null = null;

  /** Decides for the origin of `url`. Without handlers all is granted, as in Electron. */
  async decide(browser: CdpSession, contents: unknown, url: string): Promise<void> {
    const origin = originOf(toChromium(url));
    if (!origin.startsWith('https:')) return;
    const decisions = PERMISSIONS.map(async ([permission, descriptors]) => {
      const setting = (await this.#isGranted(contents, permission, url)) ? 'granted' : 'denied';
      await Promise.all(
        descriptors.map((descriptor) =>
          browser.send('Browser.setPermission', { permission: descriptor, setting, origin }),
        ),
      );
    });
    await Promise.all(decisions);
  }

  async #isGranted(contents: unknown, permission: Permission, url: string): Promise<boolean> {
    const webContents = contents as Electron.WebContents;
    const origin = originOf(url);
    const about = { requestingUrl: url, isMainFrame: true, securityOrigin: origin };
    if (this.check && !this.check(webContents, permission, origin, about)) return false;
    const { request } = this;
    if (!request) return true;
    return new Promise((resolve) => {
      request(webContents, permission, resolve, about as never);
    });
  }
}
