// What a Koha says it can do: the document that it serves without sign-in. Versions differ; what isn't described there
// isn't asked.
import { z } from 'zod';
import type { KohaHttp } from './http.ts';

const parameterSchema = z.looseObject({
  name: z.string().optional(),
  items: z.looseObject({ enum: z.array(z.string()).optional() }).optional(),
  schema: z.looseObject({ properties: z.record(z.string(), z.unknown()).optional() }).optional(),
});
const permissionsSchema = z.record(z.string(), z.union([z.string(), z.number()]));
/** One set of permissions, or several of which any will do. */
const authorizationSchema = z.looseObject({
  permissions: z.union([permissionsSchema, z.array(permissionsSchema).min(1)]),
});
const operationSchema = z.looseObject({
  parameters: z.array(parameterSchema).optional(),
  // Written in another way, it takes nothing from what the operation can do.
  'x-koha-authorization': authorizationSchema.optional().catch(undefined),
});
const propertySchema = z.looseObject({ readOnly: z.boolean().optional() });

export const describedSchema = z.looseObject({
  info: z.looseObject({ title: z.string() }),
  paths: z.record(z.string(), z.looseObject({})),
  definitions: z
    .record(z.string(), z.looseObject({ properties: z.record(z.string(), propertySchema).optional() }))
    .optional(),
});
type Described = z.infer<typeof describedSchema>;

export class KohaDescription {
  readonly #described: Described;
  readonly #writable: ReadonlySet<string>;

  constructor(described: Described) {
    this.#described = described;
    const { definitions = {} } = described;
    const fields = (definitions['patron_yaml'] ?? definitions['patron'])?.properties ?? {};
    this.#writable = new Set(Object.keys(fields).filter((name) => fields[name]?.readOnly !== true));
  }

  static async read(http: KohaHttp): Promise<KohaDescription> {
    return new KohaDescription((await http.ask({ method: 'GET', path: '/' }, describedSchema)).value);
  }

  /** Whether a patron has this field and it may be sent; a Koha that describes no patron is believed to have it. */
  maySend(field: string): boolean {
    return this.#writable.size === 0 || this.#writable.has(field);
  }

  has(method: 'get' | 'post' | 'put' | 'delete', path: string): boolean {
    return this.#operation(method, path) !== undefined;
  }

  /** Those of `wanted` that may be embedded in what this path answers. */
  embeds(path: string, wanted: readonly string[]): string[] {
    const allowed = this.#parameters('get', path).find(({ name }) => name === 'x-koha-embed')?.items?.enum;
    return wanted.filter((one) => allowed?.includes(one));
  }

  /** Whether the body of this request knows the property. */
  takes(method: 'post' | 'put', path: string, property: string): boolean {
    return this.#parameters(method, path).some(({ schema }) => property in (schema?.properties ?? {}));
  }

  /** Whether only who has all of a module of permissions may do this. */
  asksForAllOf(module: string, method: 'post' | 'put', path: string): boolean {
    const asked = this.#operation(method, path)?.['x-koha-authorization'];
    return asked !== undefined && [asked.permissions].flat().every((one) => String(one[module]) === '1');
  }

  #operation(method: string, path: string) {
    return operationSchema.safeParse(this.#described.paths[path]?.[method]).data;
  }

  #parameters(method: string, path: string) {
    return this.#operation(method, path)?.parameters ?? [];
  }
}

/** A Koha by its description. */
export const isKoha = (described: unknown): boolean => {
  const read = describedSchema.safeParse(described);
  return read.success && /koha/i.test(read.data.info.title) && '/patrons' in read.data.paths;
};
