import { expect, test } from 'vitest';
import { patronDataFileSchema } from '../../shared/patron-data/document.ts';
import { patronDataPolicySchema } from '../policy/patron-data-policy.ts';
import { Failure } from '../support/failure.ts';
import type { PatronDataExport } from './export.ts';
import { MOST_ROWS } from './newest-rows.ts';
import type { PrintedPages } from './pdf/document.ts';
import { exportOf, headOf, loanOf } from './testing.ts';
import { writeFiles, type Progress, type Writing } from './write-files.ts';

const policy = patronDataPolicySchema.parse({});

/** Writes into memory; answers what came of it. */
async function written(
  source: PatronDataExport,
  change: Partial<Writing> = {},
  waiting: Parameters<typeof writeFiles>[0]['waiting'] = [],
) {
  const files: Record<string, string[]> = {};
  const printed: PrintedPages[] = [];
  const told: Progress[] = [];
  await writeFiles({ source, waiting }, 'patron-data-x', {
    policy,
    print: (pages) => {
      printed.push(pages);
      return Promise.resolve(new Uint8Array([37, 80, 68, 70]));
    },
    begin: (name) => {
      const pieces: string[] = (files[name] = []);
      return Promise.resolve((piece) => Promise.resolve(void pieces.push(String(piece))));
    },
    onProgress: (progress) => told.push(progress),
    signal: new AbortController().signal,
    pause: () => Promise.resolve(),
    ...change,
  });
  const json = files['patron-data-x.json']?.join('');
  return { files, page: printed[0]?.page ?? '', pieces: files['patron-data-x.json'] ?? [], json, told };
}

test('the JSON fits the published schema, has every row once, and says what the library’s policy says', async () => {
  const loans = Array.from({ length: 10 }, (_, n) => loanOf(n));
  const { source } = exportOf({ loanHistory: loans, payments: [] });
  const { json = '', files } = await written(source);
  const file = patronDataFileSchema.parse(JSON.parse(json));
  expect(file.loanHistory).toEqual(loans);
  expect(file.payments).toEqual([]);
  expect(file.information).toEqual({ language: 'sv', ...policy.texts.sv });
  expect(Object.keys(files)).toEqual(['patron-data-x.json', 'patron-data-x.pdf']);
});

test('the JSON can be read where a server answers pages without rows, in between or as the last one', async () => {
  const { source } = exportOf({ loanHistory: [loanOf(0)] });
  const pages = [[], [loanOf(0)], [], [loanOf(1)], []];
  const page = (part: string, after: string | null) => {
    const at = part === 'loanHistory' ? Number(after ?? 0) : pages.length - 1;
    return Promise.resolve({ rows: pages[at], next: at < pages.length - 1 ? `${at + 1}` : null });
  };
  const { json = '' } = await written({ ...source, page } as PatronDataExport);
  expect(patronDataFileSchema.parse(JSON.parse(json)).loanHistory).toEqual([loanOf(0), loanOf(1)]);
});

test('a long record is written page by page, and never held as one text', async () => {
  const { source } = exportOf(
    { loanHistory: Array.from({ length: 9000 }, (_, n) => loanOf(n)) },
    headOf(),
    1000,
  );
  const { pieces, told } = await written(source);
  const longest = Math.max(...pieces.map(({ length }) => length));
  expect(longest).toBeLessThan(pieces.join('').length / 8);
  expect(told.filter(({ step }) => step === 'reading').at(-1)).toEqual({
    step: 'reading',
    done: 9000,
    total: 9000,
  });
  expect(told.at(-1)?.step).toBe('printing');
});

test('the file for people shows the newest rows, and says where the rest is', async () => {
  const { source } = exportOf(
    { loanHistory: Array.from({ length: MOST_ROWS + 7 }, (_, n) => loanOf(n)) },
    headOf(),
    999,
  );
  const { page } = await written(source);
  expect(page).toContain(`Book ${MOST_ROWS - 1} `);
  expect(page).not.toContain(`Book ${MOST_ROWS} `);
  expect(page).toMatch(/de 5\s000 senaste av 5\s007\. Alla finns i filen patron-data-x\.json/);
});

test('where only the PDF is wanted, nothing is read that it doesn’t show', async () => {
  const rows = { loanHistory: Array.from({ length: 9000 }, (_, n) => loanOf(n)) };
  const { source, asked } = exportOf(rows, headOf(), 1000);
  const { page, files } = await written(source, { policy: { ...policy, formats: ['pdf'] } });
  expect(Object.keys(files)).toEqual(['patron-data-x.pdf']);
  expect(asked.filter((part) => part === 'loanHistory')).toHaveLength(5);
  expect(page).toContain('Be biblioteket om filen som innehåller alla');
});

test('where only JSON is wanted, nothing is printed', async () => {
  const { files, page } = await written(exportOf().source, { policy: { ...policy, formats: ['json'] } });
  expect(Object.keys(files)).toEqual(['patron-data-x.json']);
  expect(page).toBe('');
});

test('a page that doesn’t come is asked for again; one that never comes fails the whole', async () => {
  const { source } = exportOf({ loanHistory: [loanOf(1)] });
  let failures = 2;
  const flaky: PatronDataExport = {
    ...source,
    page: (part, after) => {
      if (part === 'loanHistory' && failures-- > 0)
        return Promise.reject(new Failure({ code: 'tooManyRequests' }));
      return source.page(part, after);
    },
  };
  expect((await written(flaky)).json).toContain('Book 1');
  failures = Infinity;
  await expect(written(flaky)).rejects.toMatchObject({ error: { code: 'tooManyRequests' } });
});

test('a page that is refused isn’t asked for again', async () => {
  let asked = 0;
  const refusing: PatronDataExport = {
    ...exportOf().source,
    page: () => {
      asked++;
      return Promise.reject(new Failure({ code: 'notPermitted' }));
    },
  };
  await expect(written(refusing)).rejects.toMatchObject({ error: { code: 'notPermitted' } });
  expect(asked).toBe(1);
});

test('cancelling ends it before the next page', async () => {
  const controller = new AbortController();
  const { source, asked } = exportOf({ loanHistory: Array.from({ length: 99 }, (_, n) => loanOf(n)) });
  const onProgress = ({ done }: Progress) => {
    if (done >= 6) controller.abort();
  };
  await expect(written(source, { signal: controller.signal, onProgress })).rejects.toThrow(/abort/i);
  expect(asked).toHaveLength(2);
});

test('markup, formulas and turning signs are data in the JSON and text in the file for people', async () => {
  const head = headOf();
  const turning = '\u202a\u202d\u2066\u2069\u061c\u200e\u200f \u2028\u2029 \u007f\u009b\ufeff';
  const nasty = `<script>alert(1)</script>&amp; =cmd|’/c calc’!A1 Lind\u202Eqvist ${turning} \u0007`;
  head.patron.personal.givenName = nasty;
  head.patron.personal.familyName = 'שלום עזרא';
  const { json = '', page } = await written(exportOf({}, head).source);
  expect((JSON.parse(json) as typeof head).patron.personal.givenName).toBe(nasty);
  // Nothing that reads it before it is parsed is turned around, or takes it for an order to a terminal.
  for (const sign of [...turning.replaceAll(' ', ''), '\u202e', '\u0007']) expect(json).not.toContain(sign);
  expect(page).not.toContain('<script>');
  expect(page).toContain('&lt;script&gt;alert(1)&lt;/script&gt;&amp;amp; =cmd|’/c calc’!A1 Lind');
  expect(page).toContain('<span class="sign">U+202E</span>qvist');
  expect(page).not.toMatch(/[\u202a-\u202e\u0007]/);
  expect(page).toContain('<bdi>שלום עזרא</bdi>');
});
