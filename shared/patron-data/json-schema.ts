// The published JSON Schema of the patron data file.
import { z } from 'zod';
import { PATRON_DATA_FORMAT, PATRON_DATA_VERSION, patronDataFileSchema } from './document.ts';

export function patronDataJsonSchema(): Record<string, unknown> {
  const { $schema, ...schema } = z.toJSONSchema(patronDataFileSchema, { target: 'draft-2020-12' });
  return {
    $schema,
    $id: PATRON_DATA_FORMAT,
    title: `Circdesk patron data, version ${PATRON_DATA_VERSION}`,
    ...schema,
  };
}
