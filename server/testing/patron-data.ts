// The whole patron data file of a patron, as a desk puts it together from an export and its pages.
import { expect } from 'vitest';
import type { EndpointAnswer, PatronDataPage } from '../../shared/central/contract.ts';
import {
  LONG_PARTS,
  PATRON_DATA_FORMAT,
  PATRON_DATA_VERSION,
  patronDataFileSchema,
  type PatronDataFile,
} from '../../shared/patron-data/document.ts';
import type { Requester } from '../../shared/patron-data/requester.ts';
import type { AttemptParts, TestDesk } from './network.ts';

export const beginExport = (
  desk: TestDesk,
  patronId: string,
  parts: AttemptParts = {},
  requester: Requester = 'unchecked',
) => desk.act('exportPatronData', { params: { patronId }, body: { requester } }, parts);

/** Asks for every page, `limit` rows each. */
export async function wholeFile(
  desk: TestDesk,
  patronId: string,
  { limit = 2000, requester }: { limit?: number; requester?: Requester } = {},
): Promise<PatronDataFile> {
  const begun = await beginExport(desk, patronId, {}, requester);
  expect(begun.status).toBe(200);
  const { exportId, upTo, head, counts } = begun.body as EndpointAnswer<'exportPatronData'>;
  const long: Record<string, unknown[]> = {};
  for (const part of LONG_PARTS) {
    const rows: unknown[] = [];
    for (let after: string | null | undefined; after !== null;) {
      const page = await desk.ask('patronDataPart', {
        params: { patronId, exportId, part },
        query: { upTo, limit: String(limit), ...(after !== undefined && { after }) },
      });
      expect(page.status).toBe(200);
      const { rows: more, next } = page.body as PatronDataPage;
      rows.push(...more);
      after = next;
    }
    expect(rows).toHaveLength(counts[part] ?? -1);
    long[part] = rows;
  }
  return patronDataFileSchema.parse({
    format: PATRON_DATA_FORMAT,
    version: PATRON_DATA_VERSION,
    information: {
      language: 'en',
      contact: '',
      dataProtectionOfficer: '',
      purposes: [],
      recipients: [],
      retention: [],
      rights: [],
      complaintAuthority: '',
    },
    waiting: [],
    ...head,
    ...long,
  });
}
