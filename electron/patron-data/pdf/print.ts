// Prints a page as PDF, in a hidden window of its own that goes when it's done. The page can't run anything: its policy
// allows no script, and the window has no preload. The one expression below is main's, and waits for fonts.
import { BrowserWindow } from 'electron';
import { orAborted } from '../../support/aborted.ts';
import type { OneTimePages } from '../../windows/one-time-pages.ts';
import { PAGE_PREFERENCES } from '../../windows/page-policy.ts';
import type { PrintedPages } from './document.ts';
import { readHeadersOnce } from './repeated-headers.ts';

/** Fonts are fetched when text is laid out, which may be after the page counts as loaded: each is asked for by name. */
const FONTS_READY = `Promise.all(
  [400, 600].flatMap((weight) =>
    ['Noto Sans', 'Noto Sans Arabic', 'Noto Sans Hebrew'].map((family) =>
      document.fonts.load(weight + ' 1em "' + family + '"', document.body.textContent),
    ),
  ),
).then((found) => found.flat().length)`;

const MILLIMETRE = 1 / 25.4;
/** The longest record that is printed takes seconds. */
const LONGEST_MS = 300_000;

export type Print = (pages: PrintedPages, signal: AbortSignal) => Promise<Uint8Array>;

export function printer(oneTimePages: OneTimePages): Print {
  return async ({ page, headerTemplate, footerTemplate }, signal) => {
    signal.throwIfAborted();
    const window = new BrowserWindow({
      show: false,
      title: 'Circdesk',
      webPreferences: PAGE_PREFERENCES,
    });
    // What was asked of a page that is gone, or hangs, is never answered.
    const lost = new AbortController();
    const lose = () => {
      lost.abort(new Error('The page that was to be printed is gone.'));
    };
    window.webContents.once('render-process-gone', lose);
    const deadline = setTimeout(lose, LONGEST_MS);
    const address = oneTimePages.offer(page);
    const work = async () => {
      await window.loadURL(address);
      await window.webContents.executeJavaScript(FONTS_READY);
      const pdf = await window.webContents.printToPDF({
        pageSize: 'A4',
        margins: {
          top: 20 * MILLIMETRE,
          bottom: 20 * MILLIMETRE,
          left: 18 * MILLIMETRE,
          right: 18 * MILLIMETRE,
        },
        printBackground: true,
        generateTaggedPDF: true,
        generateDocumentOutline: true,
        displayHeaderFooter: true,
        headerTemplate,
        footerTemplate,
      });
      readHeadersOnce(pdf);
      return pdf;
    };
    try {
      return await orAborted(work(), AbortSignal.any([signal, lost.signal]));
    } finally {
      clearTimeout(deadline);
      oneTimePages.withdraw(address);
      window.destroy();
    }
  };
}
