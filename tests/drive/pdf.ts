// Reads a PDF back as a reader's program does: its text, its structure for screen readers, its language and bookmarks.
import { getDocument } from 'pdfjs-dist/legacy/build/pdf.mjs';

export interface PdfElement {
  /** As HTML would call it: `H1`, `Table`, `TH`. */
  role: string;
  /** What is read out. */
  text: string;
  children: PdfElement[];
}

export interface ReadPdf {
  title: string;
  /** Viewers show the title, not the file's name. */
  showsTitle: boolean;
  language: string;
  isTagged: boolean;
  /** Headings of all levels, in their order. */
  bookmarks: string[];
  pages: ReadPage[];
}

export interface ReadPage {
  text: string;
  /** In points. */
  width: number;
  height: number;
  structure: PdfElement;
  /** How far from the left edge a piece of text begins, by its letters. */
  leftOf: (letters: string) => number | undefined;
}

type Tree = { role: string; children: (Tree | { type: string; id: string })[] };
interface Outline {
  title: string;
  items: Outline[];
}

export async function readPdf(bytes: Uint8Array): Promise<ReadPdf> {
  const task = getDocument({ data: new Uint8Array(bytes), verbosity: 0 });
  const pdf = await task.promise;
  const info = (await pdf.getMetadata()).info as Record<string, unknown>;
  const preferences = (await pdf.getViewerPreferences()) as unknown as Map<string, unknown> | null;
  const marks = (await pdf.getMarkInfo()) as unknown as Map<string, unknown> | null;
  const titles = (outline: Outline[]): string[] =>
    outline.flatMap(({ title, items }) => [title, ...titles(items)]);
  const pages: ReadPdf['pages'] = [];
  for (let number = 1; number <= pdf.numPages; number++) {
    const page = await pdf.getPage(number);
    const { items } = await page.getTextContent({ includeMarkedContent: true });
    const { text, byId } = textOf(items as TextItem[]);
    const { width, height } = page.getViewport({ scale: 1 });
    const tree = (await page.getStructTree()) as Tree | null;
    pages.push({
      text,
      width,
      height,
      structure: element(tree ?? { role: 'None', children: [] }, byId),
      leftOf: (letters) => (items as TextItem[]).find(({ str }) => str === letters)?.transform?.[4],
    });
  }
  const read: ReadPdf = {
    title: String(info['Title']),
    showsTitle: preferences?.get('DisplayDocTitle') === true,
    language: String(info['Language']),
    isTagged: marks?.get('Marked') === true,
    bookmarks: titles(((await pdf.getOutline()) ?? []) as Outline[]),
    pages,
  };
  await task.destroy();
  return read;
}

interface TextItem {
  type?: string;
  id?: string;
  str?: string;
  hasEOL?: boolean;
  transform?: number[];
}

/** A page's text in the order that it is drawn, and by the marks that the structure points to. */
function textOf(items: TextItem[]): { text: string; byId: Map<string, string> } {
  const byId = new Map<string, string>();
  const open: (string | undefined)[] = [];
  let text = '';
  for (const { type, id, str = '', hasEOL } of items) {
    if (type?.startsWith('beginMarkedContent')) open.push(id);
    else if (type === 'endMarkedContent') open.pop();
    const piece = str + (hasEOL ? '\n' : '');
    text += piece;
    // Within what the structure points to there may be marks of other kinds.
    const mark = open.findLast((one) => one !== undefined);
    if (mark !== undefined) byId.set(mark, (byId.get(mark) ?? '') + piece);
  }
  return { text, byId };
}

function element({ role, children }: Tree, byId: Map<string, string>): PdfElement {
  const inner = children.map((child) =>
    'role' in child
      ? element(child, byId)
      : { role: 'content', text: byId.get(child.id) ?? '', children: [] },
  );
  return { role, text: inner.map(({ text }) => text).join(''), children: inner };
}

/** All elements of a role, in their order. */
export function all(root: PdfElement, role: string): PdfElement[] {
  const below = root.children.flatMap((child) => all(child, role));
  return root.role === role ? [root, ...below] : below;
}
