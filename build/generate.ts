// Writes what is generated from the schemas into docs/. A test says when a committed file is not current.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { policyJsonSchema } from '../electron/policy/policy-schema.ts';
import { openApiDocument } from '../server/http/openapi.ts';
import { patronDataJsonSchema } from '../shared/patron-data/json-schema.ts';

const docs = join(import.meta.dirname, '..', 'docs');
mkdirSync(docs, { recursive: true });
const write = (name: string, document: unknown) => {
  writeFileSync(join(docs, name), `${JSON.stringify(document, null, 2)}\n`);
};
write('openapi.json', openApiDocument());
write('patron-data.schema.json', patronDataJsonSchema());
write('policy.schema.json', policyJsonSchema());
