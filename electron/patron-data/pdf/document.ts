// A patron data file for people, as the page that is printed: whole, in one language, and with nothing in it that runs.
import type { Information, PatronDataHead, WaitingAct } from '../../../shared/patron-data/document.ts';
import { escaped, html, unturned } from './html.ts';
import { about, fromCopy, leftOut, processing, title } from './first-page.ts';
import { languageFor } from './language.ts';
import { lists, type NewestRows } from './lists.ts';
import { record } from './record.ts';
import { filledText } from './words.ts';

export interface PdfContent {
  head: PatronDataHead;
  information: Information;
  waiting: WaitingAct[];
  newest: NewestRows;
  /** This file's name without its ending: it stands on every page, so that pages find back to each other. */
  name: string;
  jsonName: string | undefined;
}

export interface PrintedPages {
  /** The whole page. */
  page: string;
  /** What stands above and below each printed page; Chromium fills in the numbers. */
  headerTemplate: string;
  footerTemplate: string;
}

/** Where the page's style is served, beside it. */
export const STYLE = '/print/patron-data.css';

export function printable(content: PdfContent): PrintedPages {
  const { head, information, waiting, newest, name, jsonName } = content;
  const language = languageFor(information.language, head.library);
  const { words } = language;
  // It shows in the title bar of whatever opens the file: the patron isn't in it.
  const documentTitle = unturned(filledText(words.title, { library: head.library.name }));
  const page = html`<!doctype html>
    <html lang="${language.code}">
      <head>
        <meta charset="utf-8" />
        <title>${documentTitle}</title>
        <link rel="stylesheet" href="${STYLE}" />
      </head>
      <body>
        ${title(head, language)}
        <main>
          ${fromCopy(head, language)} ${about(head, information, language, jsonName)}
          ${leftOut(head, language)} ${processing(information, language)} ${record(head, language)}
          ${lists({ head, newest, waiting, jsonName }, language)}
        </main>
      </body>
    </html>`;
  const numbers = filledText(escaped(words.page), {
    page: '<span class="pageNumber"></span>',
    pages: '<span class="totalPages"></span>',
  });
  return {
    page: page.text,
    headerTemplate: margin(escaped(documentTitle), ''),
    footerTemplate: margin(escaped(name), numbers),
  };
}

/** These templates have no style but their own; their measures are the page's margins. */
const margin = (start: string, end: string) =>
  `<div style="width: 100%; margin: 0 18mm; display: flex; justify-content: space-between; color: #4c5a66;` +
  ` font: 7.5pt 'Noto Sans', 'Segoe UI', 'Helvetica Neue', sans-serif"><span>${start}</span><span>${end}</span></div>`;
