// Prints what stands in `.print-only`, or else the page, on the paper that it is meant for.
import { ask } from './ask.ts';

const MM_PER_PX = 25.4 / 96;
const MARGIN_MM = 4;

/** The rules of the page for a paper; a receipt is as long as its text, `height` in CSS px. */
export function pageRules(paper: 'a4' | 'mm80', height: number): string {
  if (paper === 'a4') return '@page { size: A4; margin: 15mm; }';
  const long = Math.ceil(height * MM_PER_PX) + 2 * MARGIN_MM;
  return `@page { size: 80mm ${Math.max(60, long)}mm; margin: ${MARGIN_MM}mm; }`;
}

/** A frame later, what was changed is on the screen. */
const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));

/**
 * Ends once the system's print dialog is closed. While it's open no script of the page runs, so that a lock could not hide
 * anybody's details from the counter: they are hidden before, and until a lock that came meanwhile has been heard of.
 */
export async function printOn(paper: 'a4' | 'mm80', height: number): Promise<void> {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`${pageRules(paper, height)} @media screen { body { opacity: 0; } }`);
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  await frame();
  await frame();
  window.print();
  // What main told of before is here by the time it has answered.
  await ask('session.state', {});
  await frame();
  document.adoptedStyleSheets = document.adoptedStyleSheets.filter((one) => one !== sheet);
}
