// Holds answers of a running server to docs/openapi.json: status, type, headers and body of each.
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { endpoints, type EndpointName } from '../../shared/central/contract.ts';

export const documentPath = join(import.meta.dirname, '..', '..', 'docs', 'openapi.json');

interface Content {
  schema: object;
}
interface Described {
  headers: Record<string, unknown>;
  content: Record<string, Content>;
}
interface Operation {
  operationId: string;
  responses: Record<string, Described>;
}
interface OpenApi {
  paths: Record<string, Record<string, Operation>>;
  components: object;
}

export function openDocument() {
  const document = JSON.parse(readFileSync(documentPath, 'utf8')) as OpenApi;
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  addFormats.default(ajv);
  ajv.addSchema({ $id: 'urn:circdesk:openapi', components: document.components });
  const validators = new Map<Content, ValidateFunction>();

  /** `$ref`s of the document point into itself. */
  const validatorOf = (content: Content): ValidateFunction => {
    const text = JSON.stringify(content.schema).replaceAll(
      '"#/components',
      '"urn:circdesk:openapi#/components',
    );
    const validate = validators.get(content) ?? ajv.compile(JSON.parse(text) as object);
    validators.set(content, validate);
    return validate;
  };

  return {
    operation(name: EndpointName): Operation | undefined {
      const { path, method } = endpoints[name];
      return document.paths[path]?.[method.toLowerCase()];
    },

    /** What is wrong with an answer; empty where it is as the document says. */
    problemsWith(name: EndpointName, answer: Response, body: unknown): string[] {
      const described = this.operation(name)?.responses[String(answer.status)];
      if (!described) return [`${name} may not answer ${answer.status}`];
      const missing = Object.keys(described.headers).filter((header) => !answer.headers.has(header));
      const type = answer.headers.get('content-type')?.split(';')[0] ?? '';
      const content = described.content[type];
      if (!content) return [`${name} may not answer ${answer.status} as ${type}`];
      const validate = validatorOf(content);
      const fits = validate(body);
      const errors = fits ? [] : (validate.errors ?? []);
      return [
        ...missing.map((header) => `${header} is missing`),
        ...errors.map(
          ({ instancePath, message }) => `${name} ${answer.status} ${instancePath}: ${message ?? ''}`,
        ),
      ];
    },
  };
}
