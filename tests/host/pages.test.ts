// Pages: where they come from, what they may not do, and what main can do with them.
import { expect, test } from 'vitest';
import { onEachHost, sharedWindow } from './hosts.ts';

onEachHost((host) => {
  const shared = sharedWindow(host);

  test('main knows the frame that asks by the address of its own scheme', async () => {
    const sender = await shared.page.evaluate(() => window.fixture.invoke('sender'));
    expect(sender).toEqual({
      url: 'app://fixture/page.html',
      origin: 'app://fixture',
      parent: null,
      same: true,
    });
    const url = await shared.app.evaluate(({ webContents }) => webContents.getAllWebContents()[0]?.getURL());
    expect(url).toBe('app://fixture/page.html');
  });

  test('the handler sees addresses of its own scheme only', async () => {
    const asked = await shared.app.evaluate(() => globalThis.requests.slice(0, 2));
    expect(asked.map(({ url, method }) => [url, method])).toEqual([
      ['app://fixture/page.html', 'GET'],
      ['app://fixture/page.js', 'GET'],
    ]);
    expect(JSON.stringify(asked)).not.toContain('https:');
  });

  test('the content security policy is in force', async () => {
    const answers = await shared.page.evaluate(async () => {
      const added = document.createElement('script');
      added.textContent = 'window.addedScriptRan = true';
      document.head.append(added);
      const fetched = await fetch('page.js').then(
        () => 'fetched',
        (error: Error) => error.name,
      );
      return [window.inlineScriptRan, 'addedScriptRan' in window, fetched];
    });
    expect(answers).toEqual([undefined, false, 'TypeError']);
    expect(
      (await shared.app.evaluate(() => globalThis.requests)).filter(({ url }) => url.endsWith('page.js')),
    ).toHaveLength(1);
  });

  test('what the policy blocks is reported to the page', async () => {
    const blocked = await shared.page.evaluate(async () => {
      const violation = new Promise<string>((resolve) => {
        document.addEventListener('securitypolicyviolation', (event) => {
          resolve(event.violatedDirective);
        });
      });
      const image = document.createElement('img');
      image.src = 'none.png';
      document.body.append(image);
      return violation;
    });
    expect(blocked).toBe('img-src');
  });

  test('a page that is not there answers 404', async () => {
    const frame = await shared.page.evaluate(async () => {
      const frame = document.createElement('iframe');
      frame.src = 'missing.html';
      const loaded = new Promise((resolve) => (frame.onload = resolve));
      document.body.append(frame);
      await loaded;
      const text = frame.contentDocument?.body.textContent;
      frame.remove();
      return text;
    });
    expect(frame).toBe('none');
  });

  test.each([
    ['window.open', `String(window.open('second.html'))`],
    [
      'window.open from a frame',
      `(() => { const f = document.body.appendChild(document.createElement('iframe')); const w = f.contentWindow.open('second.html'); f.remove(); return String(w); })()`,
    ],
    ['a link with a target', `(document.querySelector('#aside').click(), 'null')`],
  ])('%s opens no window, and the handler is asked', async (_how, expression) => {
    await shared.app.evaluate(() => {
      globalThis.life.length = 0;
    });
    const opened = await shared.page.evaluate(expression);
    expect(opened).toBe('null');
    await expect
      .poll(() => shared.app.evaluate(() => globalThis.life))
      .toEqual(['window-open app://fixture/second.html']);
    expect(shared.app.windows()).toHaveLength(1);
    expect(await shared.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(1);
  });

  test.each([
    ['to another site', `document.querySelector('#leave').click()`, 'https://elsewhere.test/'],
    ['within the app', `document.querySelector('#within').click()`, 'app://fixture/second.html'],
    ['by script', `void (location.href = 'second.html')`, 'app://fixture/second.html'],
    ['to about:blank', `void (location.href = 'about:blank')`, 'about:blank'],
  ])('will-navigate stops the page from going %s', async (_where, expression, url) => {
    await shared.app.evaluate(() => {
      globalThis.life.length = 0;
    });
    const address = shared.page.url();
    await shared.page.evaluate(expression);
    await expect
      .poll(() => shared.app.evaluate(() => globalThis.life))
      .toEqual([`will-navigate true ${url}`]);
    expect(shared.page.url()).toBe(address);
    expect(await shared.page.textContent('h1')).toBe('Fixture');
  });

  test('a channel without a handler, and a handler that throws, reject with their names', async () => {
    const messages = await shared.page.evaluate(() =>
      Promise.all(
        ['nobody', 'fail'].map((name) => window.fixture.invoke(name).catch((error: Error) => error.message)),
      ),
    );
    expect(messages).toEqual([
      "Error invoking remote method 'nobody': Error: No handler registered for 'nobody'",
      "Error invoking remote method 'fail': TypeError: no such patron",
    ]);
  });

  test('the window has the size that it was made with, and takes another', async () => {
    expect(await shared.page.evaluate(() => window.innerWidth)).toBe(900);
    await shared.app.evaluate(({ BrowserWindow }) => {
      BrowserWindow.getAllWindows()[0]?.setSize(700, 500);
    });
    await expect.poll(() => shared.page.evaluate(() => window.innerWidth)).toBe(700);
  });

  test('a screenshot is a PNG of the page', async () => {
    const png = await shared.app.evaluate(async ({ BrowserWindow }) => {
      const image = await BrowserWindow.getAllWindows()[0]?.webContents.capturePage();
      return [image?.isEmpty(), image?.toPNG().subarray(1, 4).toString(), (image?.getSize().width ?? 0) > 0];
    });
    expect(png).toEqual([false, 'PNG', true]);
  });

  test('a printed page is a tagged PDF when that is asked for', async () => {
    const texts = await shared.app.evaluate(async ({ BrowserWindow }) => {
      const contents = BrowserWindow.getAllWindows()[0]?.webContents;
      const tagged = await contents?.printToPDF({ generateTaggedPDF: true, pageSize: 'A4' });
      const plain = await contents?.printToPDF({ pageSize: 'A4' });
      return [tagged, plain].map((pdf) => pdf?.toString('latin1') ?? '');
    });
    expect(texts.map((text) => [text.startsWith('%PDF-'), text.includes('/StructTreeRoot')])).toEqual([
      [true, true],
      [true, false],
    ]);
    expect(texts[0]).toMatch(/\/MediaBox \[0 0 59[45](\.\d+)? 84[12](\.\d+)?\]/);
  });
});
