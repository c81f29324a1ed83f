// webContents.printToPDF: Electron's options in DevTools' words. Lengths are inches in both.
import type { Protocol } from '../chromium/cdp.ts';

const SIZES: Record<string, [width: number, height: number]> = {
  A0: [33.1, 46.8],
  A1: [23.4, 33.1],
  A2: [16.54, 23.4],
  A3: [11.7, 16.54],
  A4: [8.27, 11.7],
  A5: [5.83, 8.27],
  A6: [4.13, 5.83],
  Legal: [8.5, 14],
  Letter: [8.5, 11],
  Tabloid: [11, 17],
  Ledger: [17, 11],
};

/** About one centimetre, Chromium's default. */
const MARGIN = 0.4;

function paper(size: Electron.PrintToPDFOptions['pageSize'] = 'Letter') {
  if (typeof size === 'object') return { paperWidth: size.width, paperHeight: size.height };
  const known = SIZES[size];
  if (!known) throw new Error(`Invalid pageSize ${size}`);
  return { paperWidth: known[0], paperHeight: known[1] };
}

export function pdfOptions(options: Electron.PrintToPDFOptions = {}): Protocol.Page.printToPDFParameters {
  const { landscape = false, displayHeaderFooter = false, printBackground = false, scale = 1 } = options;
  const { top = MARGIN, bottom = MARGIN, left = MARGIN, right = MARGIN } = options.margins ?? {};
  return {
    landscape,
    displayHeaderFooter,
    printBackground,
    scale,
    ...paper(options.pageSize),
    marginTop: top,
    marginBottom: bottom,
    marginLeft: left,
    marginRight: right,
    pageRanges: options.pageRanges ?? '',
    headerTemplate: options.headerTemplate ?? '',
    footerTemplate: options.footerTemplate ?? '',
    preferCSSPageSize: options.preferCSSPageSize ?? false,
    generateTaggedPDF: options.generateTaggedPDF ?? false,
    generateDocumentOutline: options.generateDocumentOutline ?? false,
    transferMode: 'ReturnAsBase64',
  };
}
