// The policy as a JSON Schema, for editors and for those who write policies: docs/policy.schema.json.
import { z } from 'zod';
import { policySchema } from './policy.ts';

export const policyJsonSchema = () => ({
  ...z.toJSONSchema(policySchema, { target: 'draft-2020-12', io: 'input' }),
  title: 'Circdesk policy',
  description: 'What a library’s IT decides for its desks. What is not said here is at its default.',
});
