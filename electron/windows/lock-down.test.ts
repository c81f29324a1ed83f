// Each of Chromium's doors is shut by itself. Most have another wall behind them, so that no attack on a running page
// tells that one of them is open: here each handler is asked alone.
import { EventEmitter } from 'node:events';
import { describe, expect, test, vi } from 'vitest';

type Handler = (...asked: unknown[]) => unknown;
const handlers: Record<string, Handler> = {};
const given: Record<string, unknown> = {};
const app = new EventEmitter();
const pages = Object.assign(new EventEmitter(), {
  setPermissionRequestHandler: (handler: Handler) => (handlers['asks'] = handler),
  setPermissionCheckHandler: (handler: Handler) => (handlers['checks'] = handler),
  setDevicePermissionHandler: (handler: Handler) => (handlers['device'] = handler),
  webRequest: { onBeforeRequest: (handler: Handler) => (handlers['request'] = handler) },
  setProxy: (proxy: unknown) => Promise.resolve((given['proxy'] = proxy)),
  clearStorageData: (...which: unknown[]) => Promise.resolve((given['cleared'] = which)),
});
const contents = Object.assign(new EventEmitter(), {
  setWindowOpenHandler: (handler: Handler) => (handlers['window'] = handler),
  setWebRTCIPHandlingPolicy: (policy: unknown) => (given['webRTC'] = policy),
});
vi.doMock('electron', () => ({ app, session: { defaultSession: pages } }));
const { fetchNoDictionaries, lockDownPages } = await import('./lock-down.ts');

const lines: unknown[] = [];
fetchNoDictionaries();
await lockDownPages({ write: (...line) => void lines.push(line), trouble: () => undefined });
app.emit('web-contents-created', {}, contents);

test.each([
  ['will-navigate', contents, 'navigation'],
  ['will-frame-navigate', contents, 'navigation of a frame'],
  ['will-redirect', contents, 'redirect'],
  ['will-attach-webview', contents, 'webview'],
  ['will-download', pages, 'download'],
  ['will-prevent-unload', contents, 'staying'],
  ['content-bounds-updated', contents, 'moving its window'],
])('%s is prevented, and the log says so without its address', (event, emitter, of) => {
  const preventDefault = vi.fn();
  emitter.emit(event, { preventDefault, url: 'app://circdesk/desk/index.html?Plantedsson' });
  emitter.emit(event, { preventDefault, url: 'https://evil.test/' });
  expect(preventDefault).toHaveBeenCalledTimes(2);
  expect(lines.splice(0)).toEqual([['refused', { of }]]);
});

test('a server that asks for a certificate of the user’s gets none, though Electron would give it the first', () => {
  const [preventDefault, answer] = [vi.fn(), vi.fn()];
  const certificates = [{ subjectName: 'Plantedsson' }];
  app.emit('select-client-certificate', { preventDefault }, null, 'https://a.test/', certificates, answer);
  expect(preventDefault).toHaveBeenCalledOnce();
  expect(answer).toHaveBeenCalledExactlyOnceWith();
  expect(lines.splice(0)).toEqual([['refused', { of: 'client certificate' }]]);
});

test('no page opens a window', () => {
  expect(handlers['window']?.({ url: 'app://circdesk/desk/index.html' })).toEqual({
    action: 'deny',
  });
  expect(lines.splice(0)).toEqual([['refused', { of: 'window' }]]);
});

describe.each([
  ...['media', 'geolocation', 'notifications', 'midi', 'fullscreen', 'openExternal', 'pointerLock', 'hid'],
  ...['clipboard-read', 'clipboard-sanitized-write', 'display-capture', 'fileSystem', 'storage-access'],
])('%s', (permission) => {
  test('is given to no page that asks', () => {
    const answer = vi.fn();
    handlers['asks']?.(contents, permission, answer);
    expect(answer).toHaveBeenCalledExactlyOnceWith(false);
    expect(lines.splice(0)).toEqual([['refused', { of: `permission ${permission}` }]]);
  });

  test('is said to be given to none', () => {
    expect(handlers['checks']?.(contents, permission, 'app://circdesk')).toBe(false);
  });
});

test('no device is given to a page', () => {
  expect(handlers['device']?.({ deviceType: 'hid', origin: 'app://circdesk' })).toBe(false);
});

test.each([
  ['app://circdesk/desk/index.html', false],
  ['app://evil/desk/index.html', true],
  ['https://evil.test/app://circdesk/', true],
  ['http://127.0.0.1:1/', true],
  ['wss://evil.test/', true],
  ['file:///etc/passwd', true],
  ['devtools://devtools/bundled/inspector.html', true],
])('a request for %s is cancelled: %s', (url, cancel) => {
  const answer = vi.fn();
  handlers['request']?.({ url }, answer);
  expect(answer).toHaveBeenCalledExactlyOnceWith({ cancel });
});

test('what passes all of it finds no way to a network, this computer’s own services included', () => {
  expect(given['proxy']).toEqual({
    mode: 'fixed_servers',
    proxyRules: 'http://127.0.0.1:1',
    proxyBypassRules: '<-loopback>',
  });
  expect(given['webRTC']).toBe('disable_non_proxied_udp');
});

test('what a page that was taken over kept for the next start is gone before any page is shown', () => {
  expect(given['cleared']).toEqual([]);
});

test('no session fetches a dictionary', () => {
  const made = {
    setSpellCheckerDictionaryDownloadURL: vi.fn(),
    setSpellCheckerLanguages: vi.fn(),
    setSpellCheckerEnabled: vi.fn(),
  };
  app.emit('session-created', made);
  expect(made.setSpellCheckerDictionaryDownloadURL).toHaveBeenCalledExactlyOnceWith('http://127.0.0.1:1/');
  expect(made.setSpellCheckerLanguages).toHaveBeenCalledExactlyOnceWith([]);
  expect(made.setSpellCheckerEnabled).toHaveBeenCalledExactlyOnceWith(false);
});
