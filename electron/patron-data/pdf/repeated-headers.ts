// Chromium prints a table's header row again on each page, and makes all of them one header for screen readers: before
// each cell they would read "Title Title Title". Here the repeated ones are taken out of the structure, not off the
// page. Nothing changes its place in the file; where Chromium writes it otherwise, nothing changes at all.

const ELEMENT = '(\\d+) 0 obj\n<</Type /StructElem\n/S ';
const HEADER = new RegExp(`${ELEMENT}/TH\n`, 'g');
/** The content of a cell on several pages: the first by its number, each other one by its page and number. */
const CONTENT = new RegExp(
  `${ELEMENT}/NonStruct\n/P (\\d+) 0 R\n/Pg \\d+ 0 R\n/K \\[\\d+((?: <</Type /MCR\n/Pg \\d+ 0 R\n/MCID \\d+>>)+)\\]`,
  'g',
);

/** Changes `pdf` in its place. */
export function readHeadersOnce(pdf: Buffer): void {
  // Byte for byte a letter: places in the text are places in the file.
  const text = pdf.toString('latin1');
  const headers = new Set([...text.matchAll(HEADER)].map(([, id]) => id));
  for (const found of text.matchAll(CONTENT)) {
    const [whole, , parent, repeated = ''] = found;
    if (!headers.has(parent)) continue;
    const start = found.index + whole.length - 1 - repeated.length;
    pdf.fill(' ', start, start + repeated.length);
  }
}
