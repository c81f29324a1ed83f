// HTML in which every text is escaped: only what `html` itself was written with is markup. Signs that would turn the
// order of the letters around are shown by their numbers.

export class Html {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

type Part = Html | string | number | readonly (Html | string)[] | null | undefined;

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

export const escaped = (text: string) => text.replace(/[&<>"']/g, (sign) => ENTITIES[sign] ?? '');

function textOf(part: Part): string {
  if (part instanceof Html) return part.text;
  if (part === null || part === undefined) return '';
  return typeof part === 'object' ? part.map(textOf).join('') : escaped(String(part));
}

export function html(strings: TemplateStringsArray, ...parts: Part[]): Html {
  return new Html(strings.reduce((text, string, at) => text + textOf(parts[at - 1]) + string));
}

/** Marks, embeddings, overrides and isolates of Unicode's bidi algorithm, and control signs but tab and line feed. */
const TURNING = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\p{Bidi_Control}]/gu;

/** Without them, where no markup can be. */
export const unturned = (text: string) => text.replace(TURNING, '');

const numbered = (sign: string) => {
  const code = (sign.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
  return `<span class="sign">U+${code}</span>`;
};

/** Right-to-left scripts, and white space that counts. */
const NEEDS_PLACE =
  /[\n\t\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]| {2}/u;

/** What somebody typed: set apart where it must be, so that right-to-left script turns nothing around it. */
export function typed(text: string): Html {
  const lines = text.replace(/\r\n?/g, '\n');
  const shown = escaped(lines).replace(TURNING, numbered);
  return new Html(NEEDS_PLACE.test(lines) ? `<bdi>${shown}</bdi>` : shown);
}
