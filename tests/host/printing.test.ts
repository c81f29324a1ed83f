// Printing to PDF: what the page is for those who read it, and what stands on every page.
import { expect, test } from 'vitest';
import { all, readPdf } from '../drive/pdf.ts';
import { onEachHost, sharedWindow } from './hosts.ts';

onEachHost((host) => {
  const shared = sharedWindow(host);

  const print = async (options: Electron.PrintToPDFOptions) => {
    const printed = await shared.app.evaluate(async ({ BrowserWindow }, options) => {
      const window = new BrowserWindow({ show: false, webPreferences: { sandbox: true } });
      await window.loadURL('app://fixture/printed.html');
      // Main's own expression runs, though the page's policy lets no script in.
      const paragraphs: unknown = await window.webContents.executeJavaScript(
        "document.querySelectorAll('p').length",
      );
      const pdf = await window.webContents.printToPDF(options);
      window.destroy();
      return { paragraphs, pdf: pdf.toString('base64') };
    }, options);
    expect(printed.paragraphs).toBe(1);
    return readPdf(Buffer.from(printed.pdf, 'base64'));
  };

  test('a hidden window without a preload prints a tagged PDF with title, language and bookmarks', async () => {
    const pdf = await print({ pageSize: 'A4', generateTaggedPDF: true, generateDocumentOutline: true });
    expect(pdf).toMatchObject({
      title: 'Printed page',
      showsTitle: true,
      language: 'sv',
      isTagged: true,
      bookmarks: ['Printed', 'Loans'],
    });
    const [page] = pdf.pages;
    if (!page) throw new Error('There is no page.');
    expect([Math.round(page.width), Math.round(page.height)]).toEqual([596, 843]);
    const words = (role: string) => all(page.structure, role).map(({ text }) => text.trim());
    expect(words('H1')).toEqual(['Printed']);
    expect(words('TH')).toEqual(['Title', 'Due', 'A book']);
    expect(words('TD')).toEqual(['Today']);
    expect(page.text).toContain('שלום');
  });

  test('header and footer stand on every page, with its number, and aren’t read out', async () => {
    const pdf = await print({
      pageSize: 'A6',
      margins: { top: 1, bottom: 1, left: 0.5, right: 0.5 },
      generateTaggedPDF: true,
      displayHeaderFooter: true,
      headerTemplate: '<span style="font-size: 8px">The library</span>',
      footerTemplate:
        '<span style="font-size: 8px">Page <span class="pageNumber"></span> of <span class="totalPages"></span></span>',
    });
    expect(pdf.pages.length).toBeGreaterThan(0);
    pdf.pages.forEach(({ text, structure }, index) => {
      expect(text).toContain('The library');
      expect(text.replace(/\s+/g, ' ')).toContain(`Page ${index + 1} of ${pdf.pages.length}`);
      expect(structure.text).not.toContain('The library');
    });
  });
});
