// The OpenAPI document of the contract, made from the same schemas that requests and answers are judged by.
import { z } from 'zod';
import { createDocument, type ZodOpenApiPathsObject, type ZodOpenApiResponsesObject } from 'zod-openapi';
import { endpoints, sessionSchema } from '../../shared/central/contract.ts';
import {
  ANSWER_HEADERS,
  actHeadersSchema,
  DESK_HEADER,
  type Endpoint,
} from '../../shared/central/endpoint.ts';
import { PROBLEMS, problemSchema, type ProblemName } from '../../shared/central/problems.ts';
import { librarySchema } from '../../shared/library.ts';
import { patronDataHeadSchema } from '../../shared/patron-data/document.ts';
import {
  agreementSchema,
  blockSchema,
  debtSchema,
  loanSchema,
  notificationSchema,
  obstaclesSchema,
  patronSchema,
  patronSummarySchema,
  reservationSchema,
  standingSchema,
} from '../../shared/patrons/patron.ts';
import { fieldValuesSchema, taggedValuesSchema } from '../../shared/patrons/sections.ts';
import { storedAddressSchema, taggedSectionsSchema } from '../../shared/patrons/stored.ts';
import { idSchema } from '../../shared/primitives.ts';

const header = (id: string, description: string) => z.string().meta({ description, header: { id } });
const answerHeaders = z.object({
  [ANSWER_HEADERS.epoch]: header('Epoch', 'Which history the server is in.'),
  [ANSWER_HEADERS.head]: header('Head', 'Position of the newest change.'),
  [ANSWER_HEADERS.durable]: header('Durable', 'Position up to which backups reach.'),
});

/** Schemas that get a name of their own in the document, so that it says each once. */
const NAMED: Record<string, z.ZodType> = {
  Address: storedAddressSchema,
  Agreement: agreementSchema,
  Block: blockSchema,
  Debt: debtSchema,
  FieldValues: fieldValuesSchema,
  Library: librarySchema,
  Loan: loanSchema,
  Notification: notificationSchema,
  Obstacles: obstaclesSchema,
  Patron: patronSchema,
  PatronDataHead: patronDataHeadSchema,
  PatronSections: taggedSectionsSchema,
  PatronSummary: patronSummarySchema,
  Problem: problemSchema,
  Reservation: reservationSchema,
  Session: sessionSchema,
  Standing: standingSchema,
  TaggedValues: taggedValuesSchema,
};
for (const [id, schema] of Object.entries(NAMED)) z.globalRegistry.add(schema, { id });

/** What any endpoint of its kind may answer beside its own problems. */
export function problemsOf(endpoint: Endpoint): ProblemName[] {
  return [
    ...new Set<ProblemName>([
      ...endpoint.problems,
      'bad-request',
      'too-many',
      'internal',
      'desk-revoked',
      ...(endpoint.auth === 'none' ? [] : ['signed-out' as const]),
      ...(endpoint.byGrant ? ['account-locked' as const] : []),
      ...(endpoint.permission ? ['not-permitted' as const] : []),
      ...(endpoint.body ? ['too-large' as const] : []),
    ]),
  ];
}

const isAct = (endpoint: Endpoint) => endpoint.auth === 'act' && endpoint.method !== 'GET';

function requestHeaders(endpoint: Endpoint): z.ZodObject | undefined {
  if (!isAct(endpoint)) return undefined;
  const headers = actHeadersSchema.extend({
    [DESK_HEADER]: idSchema.optional().meta({ description: 'Needed with a push-only grant.' }),
  });
  const quoted = z.string().meta({ description: 'The tag in quotes, as ETag gave it.' });
  return endpoint.ifMatch ? headers.extend({ 'if-match': quoted }) : headers;
}

function responses(endpoint: Endpoint): ZodOpenApiResponsesObject {
  const byStatus = new Map<number, ProblemName[]>();
  for (const name of problemsOf(endpoint)) {
    const { status } = PROBLEMS[name];
    byStatus.set(status, [...(byStatus.get(status) ?? []), name]);
  }
  const refusals = [...byStatus].map(([status, names]) => [
    status,
    {
      description: names.map((name) => `\`${name}\`: ${PROBLEMS[name].title}`).join('\n\n'),
      headers: answerHeaders,
      content: { 'application/problem+json': { schema: problemSchema } },
    },
  ]);
  return {
    [endpoint.status]: {
      description: endpoint.summary,
      headers: answerHeaders,
      content: { 'application/json': { schema: endpoint.answer } },
    },
    ...Object.fromEntries(refusals),
  };
}

function operation(name: string, endpoint: Endpoint) {
  const header = requestHeaders(endpoint);
  return {
    operationId: name,
    summary: endpoint.summary,
    ...(endpoint.permission && { description: `Needs the permission \`${endpoint.permission}\`.` }),
    security: endpoint.auth === 'none' ? [] : [{ bearer: [] }],
    requestParams: {
      ...(endpoint.params && { path: endpoint.params }),
      ...(endpoint.query && { query: endpoint.query }),
      ...(header && { header }),
    },
    ...(endpoint.body && {
      requestBody: { required: true, content: { 'application/json': { schema: endpoint.body } } },
    }),
    responses: responses(endpoint),
  };
}

export function openApiDocument(): unknown {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const [name, endpoint] of Object.entries<Endpoint>(endpoints))
    paths[endpoint.path] = {
      ...paths[endpoint.path],
      [endpoint.method.toLowerCase()]: operation(name, endpoint),
    };
  return createDocument({
    openapi: '3.1.0',
    info: {
      title: "Circdesk's central server",
      version: '1',
      description: 'Patrons, their blocks and their data, for the desks of a network of libraries.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    paths: paths as ZodOpenApiPathsObject,
    components: {
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', description: 'Access token, or push-only grant for acts.' },
      },
    },
  });
}
