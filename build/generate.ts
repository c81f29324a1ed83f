// Writes what is generated from the schemas: the server's contract, and the schema of the patron data file. Tests say
// when a committed file is not current.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openApiDocument } from '../server/http/openapi.ts';
import { patronDataJsonSchema } from '../shared/patron-data/json-schema.ts';

const docs = join(import.meta.dirname, '..', 'docs');
mkdirSync(docs, { recursive: true });
const generated: Record<string, unknown> = {
  'openapi.json': openApiDocument(),
  'patron-data.schema.json': patronDataJsonSchema(),
};
for (const [name, content] of Object.entries(generated))
  writeFileSync(join(docs, name), `${JSON.stringify(content, null, 2)}\n`);
