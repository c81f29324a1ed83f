// npm run check-server: tries a library's server before a desk does, and prints a table and JSON of what worked.
// `npm run check-server -- --kind koha --url URL --user U [--password-stdin] [--write --patron CARD]`
import { randomBytes, randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import tls from 'node:tls';
import type { CentralServer } from '../electron/central/central-server.ts';
import { KohaServer } from '../electron/central/koha/koha-server.ts';
import { addressOf, recognise, SERVER_KINDS, type ServerKind } from '../electron/central/recognise.ts';
import { ReferenceServer } from '../electron/central/reference/reference-server.ts';
import { httpTransport } from '../electron/central/transport.ts';
import { isSafeAddress, readPolicy, type Policy } from '../electron/policy/policy.ts';
import { readPlainFile } from '../electron/support/plain-file.ts';
import { systemClock, systemTimers } from '../electron/support/system.ts';
import { given } from './options.ts';
import { checkServer, type Check } from './server-check.ts';

const USAGE = `npm run check-server -- --url URL --user NAME [options]
  --kind circdesk|koha   what it is; found out if not given
  --library ID           where to sign in; if not given, the first one, at a Koha the account's own
  --password-stdin       the password comes on stdin; asked for if not given
  --policy FILE          a desk's policy: its server, its certificate authority, and what it says of Koha
  --write --patron CARD  edit, block and unblock this one patron too, and put things back`;

const { values, refuse } = given(USAGE, {
  kind: { type: 'string' },
  url: { type: 'string' },
  user: { type: 'string' },
  library: { type: 'string' },
  'password-stdin': { type: 'boolean', default: false },
  policy: { type: 'string' },
  write: { type: 'boolean', default: false },
  patron: { type: 'string' },
});

process.exitCode = await main().catch((thrown: unknown) => {
  console.error(thrown instanceof Error ? thrown.message : thrown);
  return 2;
});

async function main(): Promise<number> {
  const { url, user, write, patron } = values;
  if (url === undefined || user === undefined) return refuse('--url and --user are needed.');
  if (write !== (patron !== undefined)) return refuse('--write needs --patron, and --patron needs --write.');
  const address = addressOf(url);
  if (address === undefined || !isSafeAddress(address, { development: true }))
    throw new Error(`The address must be https, or http on this machine: ${url}`);
  const policy = policyFor(address);
  const transport = httpTransport(address, fetch, () => undefined);
  const kind = values.kind === undefined ? await recognise(transport) : kindOf(values.kind);
  const server = serverAt(address, kind, transport, policy);
  const password = await readPassword(user);
  const library = values.library ?? (kind === 'koha' ? '' : await firstLibrary(server));
  const checks = await checkServer({
    server,
    credentials: { library, username: user, password },
    writeTo: patron,
  });
  print(address, kind, checks);
  return checks.some(({ outcome }) => outcome === 'failed') ? 1 : 0;
}

/** What policy says, and that password and key go only to whom a desk would send them. */
function policyFor(address: string): Policy {
  if (process.env['NODE_TLS_REJECT_UNAUTHORIZED'] === '0')
    throw new Error('With NODE_TLS_REJECT_UNAUTHORIZED=0 any server would be believed: unset it.');
  const file = values.policy ?? '';
  if (file !== '' && !existsSync(file)) throw new Error(`There is no policy ${file}.`);
  const policy = readPolicy(file);
  const { url, certificateAuthority } = policy.server;
  if (url !== undefined && new URL(url).origin !== new URL(address).origin)
    throw new Error(`The policy's server is another: ${url}`);
  if (certificateAuthority === undefined) return policy;
  if (!('setDefaultCACertificates' in tls))
    throw new Error("This Node can't be told to believe the policy's certificate authority alone: 24.5 can.");
  tls.setDefaultCACertificates([readPlainFile(certificateAuthority).toString('utf8')]);
  return policy;
}

function kindOf(said: string): ServerKind {
  const kind = SERVER_KINDS.find((one) => one === said);
  if (!kind) throw new Error(`--kind is one of ${SERVER_KINDS.join(', ')}`);
  return kind;
}

function serverAt(
  address: string,
  kind: ServerKind,
  transport: ReturnType<typeof httpTransport>,
  policy: Policy,
): CentralServer {
  if (kind === 'circdesk') return new ReferenceServer(address, randomUUID(), transport, systemClock);
  return new KohaServer({
    ...{ address, transport, branch: undefined, clock: systemClock, timers: systemTimers },
    policy: policy.koha,
    random: { bytes: (count) => new Uint8Array(randomBytes(count)) },
    readSecret: (file) => readFileSync(file, 'utf8').trim(),
  });
}

const firstLibrary = async (server: CentralServer): Promise<string> => {
  const libraries = await server.libraries().catch(() => []);
  return libraries[0]?.id ?? '';
};

async function readPassword(user: string): Promise<string> {
  if (values['password-stdin']) return (await text(process.stdin)).replace(/\r?\n$/, '');
  if (!process.stdin.isTTY) throw new Error('There is nobody to ask for the password: use --password-stdin.');
  process.stderr.write(`Password of ${user}: `);
  // What is typed is shown nowhere.
  const output = new Writable({ write: (_chunk, _encoding, done) => done() });
  const asking = createInterface({ input: process.stdin, output, terminal: true });
  try {
    return await asking.question('');
  } finally {
    asking.close();
  }
}

function print(address: string, kind: ServerKind, checks: readonly Check[]): void {
  const width = Math.max(...checks.map(({ check }) => check.length));
  for (const { check, outcome, detail, milliseconds } of checks)
    console.log(
      `${check.padEnd(width)}  ${outcome.padEnd(7)}  ${String(milliseconds).padStart(6)} ms  ${detail}`,
    );
  const count = (outcome: Check['outcome']) => checks.filter((one) => one.outcome === outcome).length;
  console.log(
    JSON.stringify({
      address,
      kind,
      ok: count('ok'),
      failed: count('failed'),
      skipped: count('skipped'),
      checks,
    }),
  );
}
