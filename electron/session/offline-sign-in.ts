// Sign-in without the line, for staff who signed in at this desk before: against a slow hash of their password,
// for as long as policy allows, with the permissions that they last had.
import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { z } from 'zod';
import { staffSchema } from '../../shared/central/contract.ts';
import { capabilitiesSchema, EVERYTHING } from '../../shared/capabilities.ts';
import type { Clock } from '../../shared/clock.ts';
import { librarySchema } from '../../shared/library.ts';
import { permissionSchema, type Permission } from '../../shared/permissions.ts';
import { recallAs } from '../cache/remembered.ts';
import type { DeskStore } from '../cache/desk-store.ts';
import type { CentralSession, Credentials } from '../central/central-server.ts';
import { Failure } from '../support/failure.ts';

const derive = promisify<string, Buffer, number, object, Buffer>(scrypt);
/** About 0.2 s and 64 MiB a try. */
const COST = { N: 2 ** 16, r: 8, p: 1, maxmem: 128 * 1024 * 1024 };
const TRIES = 5;
const LOCKED_MS = 15 * 60_000;
const HOUR = 3_600_000;
const NAME = 'offline sign-ins';

const whoSchema = z.object({
  staff: staffSchema,
  library: librarySchema,
  permissions: z.array(permissionSchema),
  /** Signed in before there were other servers than ours. */
  capabilities: capabilitiesSchema.default(EVERYTHING),
  /** Whose copy they may be shown. */
  view: z.string().default(''),
});
const signInSchema = whoSchema.extend({
  username: z.string(),
  account: z.object({ username: z.string(), cardNumber: z.string(), category: z.string() }).optional(),
  salt: z.string(),
  hash: z.string(),
  signedInAt: z.number(),
  failures: z.int(),
  lockedUntil: z.number(),
});
type SignIn = z.infer<typeof signInSchema>;
/** Who works at the desk, as far as it knows without the line. */
export type Present = z.infer<typeof whoSchema>;
/** What policy, as it is now, leaves somebody of their permissions; undefined where it lets them in no more. */
export type Judge = (known: SignIn) => Permission[] | undefined;

export class OfflineSignIns {
  readonly #store: DeskStore;
  readonly #clock: Clock;
  /** Counts on, in ms, whatever the computer's clock is set to. */
  readonly #counter: () => number;
  readonly #hours: number;
  readonly #judge: Judge;
  #known: SignIn[] = [];
  /** What of it the disk has; another list where the last write failed. */
  #written = this.#known;
  /** Until when somebody is locked by the counter, by who it is. */
  readonly #lockedUntil = new Map<string, number>();
  /** The salt of the sign-in that is about to be remembered, by whose it is; whoever is forgotten meanwhile has none. */
  readonly #remembering = new Map<string, Buffer>();

  /** `hours` since the last sign-in with the line; 0 forbids. The clock is one that staff can't set back. */
  constructor(store: DeskStore, clock: Clock, counter: () => number, hours: number, judge: Judge) {
    this.#store = store;
    this.#clock = clock;
    this.#counter = counter;
    this.#hours = hours;
    this.#judge = judge;
  }

  async boot(): Promise<void> {
    this.#known = (await recallAs(this.#store, NAME, z.array(signInSchema))) ?? [];
    this.#written = this.#known;
  }

  /** Writes what could not be written: else whoever was forgotten would be back after a restart. */
  async keep(): Promise<void> {
    if (this.#written !== this.#known) await this.#keep(this.#known);
  }

  /** Libraries at which somebody may sign in without the line. */
  libraries(): { id: string; name: string }[] {
    return [...new Map(this.#known.map(({ library: { id, name } }) => [id, { id, name }])).values()];
  }

  /** Remembers a sign-in that the server has just confirmed. */
  async remember({ username, password }: Credentials, central: CentralSession): Promise<void> {
    if (this.#hours === 0) return;
    const { id } = central.staff;
    const salt = randomBytes(16);
    this.#remembering.set(id, salt);
    const hash = await derived(password, salt);
    if (this.#remembering.get(id) !== salt) return;
    this.#remembering.delete(id);
    await this.#put({
      ...presentOf(central),
      ...(central.account && { account: central.account }),
      username: nameOf(username),
      salt: salt.toString('base64'),
      hash: hash.toString('base64'),
      signedInAt: this.#clock.now(),
      failures: 0,
      lockedUntil: 0,
    });
  }

  /** The server has told permissions and the library's rules anew. */
  async renew(central: CentralSession): Promise<void> {
    const known = this.#known.find(({ staff }) => staff.id === central.staff.id);
    if (known) await this.#put({ ...known, ...presentOf(central) });
  }

  async signIn({ library, username, password }: Credentials): Promise<Present> {
    const known = this.#find(library, username);
    if (this.#hours === 0 || !known) throw new Failure({ code: 'notKnownOffline' });
    const now = this.#clock.now();
    const since = now - known.signedInAt;
    if (since < 0 || since > this.#hours * HOUR) throw new Failure({ code: 'offlineTooLong' });
    const locked = this.#lockLeft(known, now);
    if (locked > 0)
      throw new Failure({ code: 'accountLocked', retryAt: new Date(now + locked).toISOString() });
    // Counted before the hash is tried: ending the app in between gains no further try.
    const failures = known.failures + 1;
    this.#lockedUntil.set(known.staff.id, this.#counter() + LOCKED_MS);
    await this.#put({ ...known, failures, lockedUntil: failures >= TRIES ? now + LOCKED_MS : 0 });
    if (!(await fits(password, known))) throw new Failure({ code: 'wrongCredentials' });
    // Meanwhile the server may have refused this password, or told of other permissions.
    const still = this.#find(library, username);
    if (!still) throw new Failure({ code: 'notKnownOffline' });
    await this.#put({ ...still, failures: 0, lockedUntil: 0 });
    const permissions = this.#judge(still);
    if (!permissions) throw new Failure({ code: 'notKnownOffline' });
    return whoSchema.parse({ ...still, permissions });
  }

  /** The server takes this password no longer: nor does the desk. Another wrong one changes nothing. */
  async forget(credentials: Credentials): Promise<void> {
    for (const known of this.#known.filter((one) => isOf(credentials, one))) {
      if (!(await fits(credentials.password, known))) continue;
      // By who it is: a try meanwhile has put another entry into its place.
      await this.#keep(this.#known.filter(({ staff }) => staff.id !== known.staff.id));
    }
  }

  /** The server has them work here no longer. */
  async forgetStaff(id: string): Promise<void> {
    this.#remembering.delete(id);
    await this.#keep(this.#known.filter(({ staff }) => staff.id !== id));
  }

  async forgetAll(): Promise<void> {
    this.#remembering.clear();
    const none: SignIn[] = [];
    this.#known = none;
    // From the file's log, too.
    await this.#store.forget(NAME);
    this.#written = none;
  }

  /** In ms. While the desk runs, setting the computer's clock forward ends no lock. */
  #lockLeft({ staff, lockedUntil }: SignIn, now: number): number {
    if (lockedUntil === 0) return 0;
    return Math.max(lockedUntil - now, (this.#lockedUntil.get(staff.id) ?? 0) - this.#counter());
  }

  #find(library: string, username: string): SignIn | undefined {
    return this.#known.find((one) => one.library.id === library && one.username === nameOf(username));
  }

  /** In the place of what was known of them, and of whoever had their name before. */
  #put(signIn: SignIn): Promise<void> {
    const { staff, library, username } = signIn;
    const others = this.#known.filter(
      (one) => one.staff.id !== staff.id && !(one.library.id === library.id && one.username === username),
    );
    return this.#keep([...others, signIn]);
  }

  async #keep(known: SignIn[]): Promise<void> {
    this.#known = known;
    await this.#store.remember(NAME, JSON.stringify(known));
    this.#written = known;
  }
}

/** Whose account is one at all libraries may have been remembered at another than they are refused at, or by another name. */
function isOf({ library, username }: Credentials, { account, ...known }: SignIn): boolean {
  const name = nameOf(username);
  if (!account) return known.library.id === library && known.username === name;
  return [known.username, account.username, account.cardNumber].some((one) => nameOf(one) === name);
}

async function fits(password: string, { salt, hash }: SignIn): Promise<boolean> {
  const tried = await derived(password, Buffer.from(salt, 'base64'));
  return timingSafeEqual(tried, Buffer.from(hash, 'base64'));
}

/** As the server compares: a letter with its mark is one, whichever way a keyboard writes it. */
const derived = (password: string, salt: Buffer) => derive(password.normalize('NFC'), salt, 32, COST);
const nameOf = (username: string) => username.normalize('NFC').trim().toLowerCase();

export const presentOf = ({ staff, library, permissions, capabilities, view }: CentralSession): Present => ({
  ...{ staff, library, capabilities, view },
  permissions: [...permissions],
});
