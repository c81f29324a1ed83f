// Values that fit a schema of the contract, made up by fast-check from the JSON Schema that zod gives of it.
import fc from 'fast-check';
import { z } from 'zod';

interface Schema {
  $ref?: string;
  $defs?: Record<string, Schema>;
  /** As JSON Schema calls it. */
  type?: string;
  const?: unknown;
  enum?: unknown[];
  anyOf?: Schema[];
  oneOf?: Schema[];
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: Schema | boolean;
  items?: Schema;
  minItems?: number;
  maxItems?: number;
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  format?: string;
}

/** `ids` are ones that mean something; half of all ids are among them. */
export function fitting(schema: z.ZodType, ids: readonly string[]): fc.Arbitrary<unknown> {
  const root = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Schema;
  return ofSchema(root, ids);
}

function ofSchema(schema: Schema, ids: readonly string[]): fc.Arbitrary<unknown> {
  const of = (inner: Schema) => ofSchema(inner, ids);
  if ('const' in schema) return fc.constant(schema.const);
  if (schema.enum) return fc.constantFrom(...schema.enum);
  const choices = schema.anyOf ?? schema.oneOf;
  // What refers back to itself is any JSON here.
  if (choices && !choices.some(({ items }) => items?.$ref)) return fc.oneof(...choices.map(of));
  const { type = 'anything' } = schema;
  switch (type) {
    case 'object':
      return ofObject(schema, of);
    case 'array':
      return fc.array(of(schema.items ?? {}), {
        minLength: schema.minItems ?? 0,
        maxLength: Math.min(schema.maxItems ?? 4, (schema.minItems ?? 0) + 4),
      });
    case 'string':
      return ofString(schema, ids);
    case 'integer':
      return fc.integer({
        min: Math.max(schema.minimum ?? -9, -1e9),
        max: Math.min(schema.maximum ?? 9, 1e9),
      });
    case 'number':
      return fc.double({ noNaN: true, noDefaultInfinity: true });
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    default:
      return fc.jsonValue({ maxDepth: 3 });
  }
}

function ofObject(schema: Schema, of: (inner: Schema) => fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  const { properties = {}, required = [], additionalProperties } = schema;
  const known = Object.fromEntries(Object.entries(properties).map(([name, inner]) => [name, of(inner)]));
  if (Object.keys(known).length === 0 && typeof additionalProperties === 'object')
    return fc.dictionary(fieldName, of(additionalProperties), { maxKeys: 4 });
  return fc.record(known, { requiredKeys: required });
}

const fieldName = fc.oneof(
  fc.constantFrom('familyName', 'phones', 'town', 'staffNote', 'cards', 'guarantor', 'birthDate'),
  fc.constantFrom('__proto__', 'constructor', 'toString', ''),
  fc.string({ maxLength: 20 }),
);

function ofString({ format, minLength, maxLength }: Schema, ids: readonly string[]): fc.Arbitrary<string> {
  if (format === 'uuid') return fc.oneof(fc.constantFrom(...ids), fc.uuid());
  if (format === 'date-time') return fc.date({ noInvalidDate: true }).map((date) => date.toISOString());
  if (format === 'date') return fc.constantFrom('1990-01-31', '2024-02-29', '0001-01-01');
  const any = fc.string({
    minLength: minLength ?? 0,
    maxLength: Math.min(maxLength ?? 30, 30 + (minLength ?? 0)),
    unit: 'binary',
  });
  return fc.oneof(any, fc.constantFrom('8264', '*', 'an', 'lead', 'north', '\u202Egnp.exe', '=1+1', '<b>'));
}

/** What no schema of ours takes, and what JSON can't say. */
export const monstrous: fc.Arbitrary<unknown> = fc.oneof(
  fc.anything({ withBigInt: true, withDate: true, withMap: true, withSet: true, withTypedArray: true }),
  fc.constantFrom<unknown>(
    undefined,
    null,
    NaN,
    -Infinity,
    'x'.repeat(2_000_000),
    new Array(4_000_000_000),
    JSON.parse('{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}'),
    deep(2_000),
    circular(),
  ),
);

function deep(levels: number): unknown {
  let at: unknown = 0;
  for (let level = 0; level < levels; level++) at = { at };
  return at;
}

function circular(): unknown {
  const ring: Record<string, unknown> = {};
  ring['ring'] = ring;
  return ring;
}
