// What the library's IT decides for a desk: one JSON file at the system's place for machine policy, read once at
// start. Whatever it doesn't say has a default. docs/policy.schema.json is generated from here.
import { isUtf8 } from 'node:buffer';
import { lstatSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import { readPlainFile } from '../support/plain-file.ts';
import { kohaPolicySchema } from './koha-policy.ts';
import { patronDataPolicySchema } from './patron-data-policy.ts';
import { repeatedKey } from './repeated-key.ts';
import { wholePath } from './whole-path.ts';
import {
  librarySystemPolicySchema,
  privacyPolicySchema,
  scannerPolicySchema,
  windowPolicySchema,
} from './window-policy.ts';

const hours = z
  .int()
  .min(0)
  .max(24 * 365);

export const policySchema = z.strictObject({
  server: z
    .strictObject({
      url: z
        .url()
        .refine(
          (url) => isSafeAddress(url, { development: true }),
          'must be https, or http on this machine in development, without a name or password in it',
        )
        .refine(hasNothingBehindPath, 'must have neither ? nor # in it')
        .optional()
        .describe(
          "The central server's address. HTTPS; in development HTTP on this machine as well. Without a name or password in it.",
        ),
      kind: z
        .enum(['circdesk', 'koha'])
        .optional()
        .describe('What the server is; if not given, the desk finds out by asking it.'),
      certificateAuthority: wholePath
        .optional()
        .describe(
          'Whole path of a PEM file: the only certificate authorities that may stand behind the server, whomever else the system trusts.',
        ),
    })
    .prefault({})
    .describe('The central server.'),
  koha: kohaPolicySchema.prefault({}).describe('With Koha as the server.'),
  copy: z
    .strictObject({
      scope: z
        .enum(['none', 'branch', 'active', 'library'])
        .default('active')
        .describe(
          'Whom the desk keeps an encrypted copy of: nobody; patrons of one branch; active patrons, who have a loan, a reservation, a debt or a block, or whose record changed within `activeMonths`; or the whole library.',
        ),
      branch: z.string().min(1).optional().describe('With scope `branch`: the id of the branch.'),
      activeMonths: z
        .int()
        .min(1)
        .max(240)
        .default(24)
        .describe('With scope `active`: how long after its last change a record counts as active.'),
      keepDays: z
        .int()
        .min(1)
        .max(365)
        .default(14)
        .describe('A copy that could not be synced for so many days is erased. What waits to be sent stays.'),
      withoutKeyring: z
        .enum(['refuse', 'memoryOnly'])
        .default('refuse')
        .describe(
          'Where the operating system has no keyring to seal the key with: don’t start, or keep the key in memory only, so that copy and outbox end with the program. Staff are warned all the time.',
        ),
    })
    .refine(({ scope, branch }) => scope !== 'branch' || branch !== undefined, {
      path: ['branch'],
      message: 'is needed with the scope `branch`',
    })
    .refine(({ scope, branch }) => scope === 'branch' || branch === undefined, {
      path: ['branch'],
      message: 'needs the scope `branch`',
    })
    .prefault({})
    .describe('What this desk keeps of the library’s patrons.'),
  offline: z
    .strictObject({
      signInHours: hours
        .default(72)
        .describe('How long after a sign-in with the line staff may sign in without it; 0 forbids it.'),
    })
    .prefault({})
    .describe('Work without the line.'),
  lock: z
    .strictObject({
      afterMinutes: z
        .int()
        .min(0)
        .max(24 * 60)
        .default(10)
        .describe(
          'Minutes without keyboard or mouse after which the desk locks; 0 never, nor when the computer sleeps.',
        ),
    })
    .prefault({})
    .describe('A desk that nobody sits at.'),
  patronData: patronDataPolicySchema,
  window: windowPolicySchema,
  scanner: scannerPolicySchema,
  librarySystem: librarySystemPolicySchema,
  privacy: privacyPolicySchema,
});
export type Policy = z.infer<typeof policySchema>;

/** Without TLS only in development, where nothing leaves the machine; never with a password in the address. */
export function isSafeAddress(address: string, { development }: { development: boolean }): boolean {
  // Without the slashes a browser would add them, and what asks for pages below it would not.
  const url = /^https?:\/\//i.test(address) ? URL.parse(address) : null;
  if (!url || url.username || url.password) return false;
  const local = ['127.0.0.1', '[::1]', 'localhost'].includes(url.hostname);
  return url.protocol === 'https:' || (development && url.protocol === 'http:' && local);
}

/** Paths are put behind the address as it stands: behind a question, all would ask for the same page. */
function hasNothingBehindPath(address: string): boolean {
  return !/[?#]/.test(address);
}

/**
 * Where the system keeps what its administrator decides, out of users' reach. No variable says where: those are the
 * user's. Windows lets users make folders in C:\\ProgramData, so whoever installs makes ours: see docs/security.md.
 */
export function machinePolicyFile(platform: NodeJS.Platform): string {
  if (platform === 'win32') return 'C:\\ProgramData\\Circdesk\\policy.json';
  return platform === 'darwin'
    ? '/Library/Application Support/Circdesk/policy.json'
    : '/etc/circdesk/policy.json';
}

const asJson = z.instanceof(Buffer).transform((bytes, context) => {
  if (!isUtf8(bytes)) context.addIssue('is not UTF-8');
  const text = bytes.toString('utf8').replace(/^\uFEFF/, '');
  try {
    const said = JSON.parse(text, (key, value: unknown) => {
      // Zod leaves it out, and says nothing.
      if (key === '__proto__') context.addIssue('Unrecognized key: "__proto__"');
      return value;
    }) as unknown;
    const repeated = repeatedKey(text);
    if (repeated !== undefined) context.addIssue(`names "${repeated}" twice`);
    return said;
  } catch {
    context.addIssue('is not JSON');
    return z.NEVER;
  }
});

/** Reads a policy; throws an Error whose message names each wrong value. Without a file all is at its default. */
export function readPolicy(file: string): Policy {
  const parsed = asJson.pipe(policySchema).safeParse(bytesOf(file) ?? Buffer.from('{}'));
  if (parsed.success) return parsed.data;
  const wrong = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'the file'}: ${message}`);
  throw new Error(`The policy ${file} can't be used.\n${wrong.join('\n')}`);
}

function bytesOf(file: string): Buffer | undefined {
  try {
    return readPlainFile(file);
  } catch (thrown) {
    // A link, or its folder's, to a share that isn't there today is a policy all the same.
    const isLink = (path: string) => lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink();
    if (
      !isLink(file) &&
      !isLink(dirname(file)) &&
      thrown instanceof Error &&
      'code' in thrown &&
      thrown.code === 'ENOENT'
    )
      return undefined;
    throw new Error(`The policy ${file} can't be read.`, { cause: thrown });
  }
}
