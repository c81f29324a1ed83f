// The paths of the made-up Koha: who may ask them, with which parameters. The document that it serves is made from this,
// in the shape that Koha 23.05 serves.
import { TEXT_FIELDS, type Settings } from './world.ts';

export interface Operation {
  method: 'get' | 'post' | 'put' | 'delete';
  path: string;
  /** One of these; undefined for everybody, signed in or not. */
  permissions?: Record<string, string>[];
  /** Where a newer version asks for others. */
  since?: Partial<Record<Settings['version'], Record<string, string>[]>>;
  /** Query parameters besides those of every list. */
  query?: string[];
  embed?: string[];
  list?: boolean;
  body?: string[];
}

const EDIT = [{ borrowers: 'edit_borrowers' }];
const LIST = [{ borrowers: 'list_borrowers' }];
/** Since its bug 29509, in 23.11.09. */
const LISTED = (others: Record<string, string>[]) => ({
  '24.11': [...LIST, ...others],
  main: [...LIST, ...others],
});
const OTHERS = [{ tools: 'label_creator' }, { serials: 'routing' }, { acquisition: 'order_manage' }];
const WHOLE = [{ borrowers: '1' }];
const ACCOUNT = [{ borrowers: 'edit_borrowers', updatecharges: 'remaining_permissions' }];
const CATALOGUE = [{ catalogue: '1' }];
const LOANS = [{ circulate: 'circulate_remaining_permissions' }];

export const FLAGS = ['anonymized', 'restricted'] as const;
const FURTHER =
  'autorenew_checkouts category_id check_previous_checkout incorrect_address lang library_id login_attempts ' +
  'overdrive_auth_token patron_card_lost patron_id privacy privacy_guarantor_checkouts privacy_guarantor_fines ' +
  'sms_provider_id surname updated_on account_balance checkouts_count overdues_count extended_attributes library';
export const PATRON_FIELDS: ReadonlySet<string> = new Set([...TEXT_FIELDS, ...FURTHER.split(' '), ...FLAGS]);

export const OPERATIONS: Operation[] = [
  { method: 'get', path: '/' },
  { method: 'post', path: '/oauth/token' },
  {
    method: 'post',
    path: '/auth/password/validation',
    permissions: WHOLE,
    body: ['identifier', 'password', 'userid'],
  },
  {
    ...{ method: 'get', path: '/patrons', list: true, query: [...PATRON_FIELDS] },
    permissions: [...EDIT, ...OTHERS],
    since: LISTED(OTHERS),
    embed: ['extended_attributes', 'checkouts+count', 'overdues+count', 'account_balance', 'library'],
  },
  {
    ...{ method: 'get', path: '/patrons/{patron_id}', permissions: EDIT, since: LISTED(EDIT) },
    embed: ['extended_attributes'],
  },
  { method: 'put', path: '/patrons/{patron_id}', permissions: WHOLE, since: { main: EDIT } },
  { method: 'delete', path: '/patrons/{patron_id}', permissions: [{ borrowers: 'delete_borrowers' }] },
  {
    method: 'post',
    path: '/patrons/{patron_id}/password',
    permissions: WHOLE,
    body: ['password', 'password_2'],
  },
  { method: 'get', path: '/patrons/{patron_id}/account', permissions: ACCOUNT },
  { method: 'get', path: '/patrons/{patron_id}/account/credits', permissions: ACCOUNT, list: true },
  { method: 'get', path: '/patrons/{patron_id}/account/debits', permissions: ACCOUNT, list: true },
  {
    ...{ method: 'get', path: '/patrons/{patron_id}/holds', permissions: EDIT, list: true },
    embed: ['cancellation_requested'],
  },
  { method: 'get', path: '/patrons/{patron_id}/extended_attributes', permissions: EDIT, list: true },
  { method: 'post', path: '/patrons/{patron_id}/extended_attributes', permissions: EDIT },
  {
    ...{ method: 'delete', path: '/patrons/{patron_id}/extended_attributes/{extended_attribute_id}' },
    permissions: EDIT,
  },
  {
    ...{ method: 'get', path: '/checkouts', permissions: LOANS, list: true },
    query: ['patron_id', 'checked_in'],
    embed: ['issuer', 'renewals'],
  },
  {
    ...{ method: 'get', path: '/holds', permissions: [{ reserveforothers: 'place_holds' }], list: true },
    query: ['patron_id', 'biblio_id', 'hold_id'],
    embed: ['cancellation_requested'],
  },
  {
    ...{ method: 'get', path: '/items', permissions: CATALOGUE, list: true },
    query: ['external_id'],
    embed: ['+strings', 'biblio'],
  },
  { method: 'get', path: '/biblios', permissions: CATALOGUE, list: true },
  { method: 'get', path: '/biblios/{biblio_id}', permissions: CATALOGUE },
  {
    method: 'get',
    path: '/libraries',
    permissions: CATALOGUE,
    list: true,
    query: ['name'],
    embed: ['smtp_server'],
  },
  { method: 'get', path: '/public/libraries', list: true },
];

export const LIST_PARAMETERS = ['_page', '_per_page', '_match', '_order_by', 'q'];

/** One set of permissions stands there by itself, alternatives in a list. */
const authorization = (permissions: Record<string, string>[]) => ({
  permissions: permissions.length === 1 ? permissions[0] : permissions,
});

export const permissionsOf = ({ permissions, since }: Operation, { version }: Settings) =>
  since?.[version] ?? permissions;

/** What `GET /api/v1/` answers. */
export function servedDocument(settings: Settings): unknown {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const operation of OPERATIONS) {
    const { method, path, query = [], embed, list, body } = operation;
    const permissions = permissionsOf(operation, settings);
    const names = [...query, ...(list ? LIST_PARAMETERS : [])];
    const parameters = [
      ...names.map((name) => ({ in: 'query', name, type: 'string' })),
      ...(embed
        ? [{ in: 'header', name: 'x-koha-embed', type: 'array', items: { type: 'string', enum: embed } }]
        : []),
      ...(body
        ? [
            {
              in: 'body',
              name: 'body',
              schema: { properties: Object.fromEntries(body.map((one) => [one, {}])) },
            },
          ]
        : []),
    ];
    paths[path] = {
      ...paths[path],
      [method]: { parameters, ...(permissions && { 'x-koha-authorization': authorization(permissions) }) },
    };
  }
  const properties = [...PATRON_FIELDS].map((name) => [
    name,
    (FLAGS as readonly string[]).includes(name) ? { readOnly: true } : {},
  ]);
  return {
    swagger: '2.0',
    basePath: '/api/v1',
    info: { title: 'Koha REST API', version: '1' },
    paths,
    definitions: { patron_yaml: { properties: Object.fromEntries(properties) as unknown } },
  };
}
