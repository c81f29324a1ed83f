// Who works at this desk, with the line or without. Tokens stay inside the port's session; windows only see names and
// permissions.
import { isDeepStrictEqual } from 'node:util';
import type { SessionState } from '../../shared/ipc/contract.ts';
import type { LibraryName } from '../../shared/library.ts';
import {
  isSamePerson,
  isSameStaff,
  type CentralServer,
  type CentralSession,
  type Credentials,
} from '../central/central-server.ts';
import { Failure, isFailure } from '../support/failure.ts';
import type { Grants, Hear } from './grants.ts';
import { presentOf, type OfflineSignIns, type Present } from './offline-sign-in.ts';
import type { SteadyClock } from './steady-clock.ts';

/** The last library that staff signed in at, remembered across starts. */
export interface LastLibrary {
  read(): string | null;
  write(library: string): void;
}

export interface SessionParts {
  server: CentralServer;
  grants: Grants;
  offline: OfflineSignIns;
  steadyClock: SteadyClock;
  lastLibrary: LastLibrary;
  hear: Hear;
  onChanged: (state: SessionState) => void;
  /** The server can be asked with a session now, or a session has left a grant. */
  onReady: () => void;
  /** Something failed that nobody waits for. */
  onTrouble: (what: string, thrown: unknown) => void;
}

type Status = Exclude<SessionState['status'], 'signedOut'>;

export class StaffSession {
  readonly #parts: SessionParts;
  #present: Present | undefined;
  #central: CentralSession | undefined;
  #status: Status = 'signedIn';
  #told: SessionState | undefined;
  /** How often somebody has left: a sign-in that was on its way then lets nobody in. */
  #leavings = 0;
  /** How often somebody has come in: a sign-in of another one that was on its way then takes nothing over from them. */
  #comings = 0;
  /** How often the desk was locked, or was to be: a sign-in that was on its way then leaves it locked. */
  #lockings = 0;
  /** What nobody waits for while the desk runs. */
  readonly #background = new Set<Promise<void>>();

  constructor(parts: SessionParts) {
    this.#parts = parts;
  }

  get state(): SessionState {
    if (!this.#present) return { status: 'signedOut', lastLibrary: this.#parts.lastLibrary.read() };
    return { status: this.#status, ...this.#present, withLine: this.#central !== undefined };
  }

  /** The session at the server, where there is one that it hasn't ended. */
  get central(): CentralSession | undefined {
    return this.#central;
  }

  /** The server's clock minus this computer's, in ms, as last heard: known without the line, too. */
  get clockDistance(): number {
    return this.#parts.steadyClock.distance;
  }

  /** Who works here now. Fails while nobody does. */
  require(): Present {
    if (!this.#present || this.#status === 'expired') throw new Failure({ code: 'signedOut' });
    if (this.#status === 'locked') throw new Failure({ code: 'locked' });
    return this.#present;
  }

  async libraries(): Promise<LibraryName[]> {
    try {
      return await this.#parts.server.libraries();
    } catch (thrown) {
      const known = this.#parts.offline.libraries();
      if (!isLineFailure(thrown) || known.length === 0) throw thrown;
      return known;
    }
  }

  /**
   * Signs in, without the line where it's cut. `mayReplace` is asked before another member of staff takes over a desk
   * that is locked or whose session has ended, or the same one for another library.
   */
  async signIn(credentials: Credentials, mayReplace: () => void): Promise<SessionState> {
    const { server, offline, grants, lastLibrary, steadyClock } = this.#parts;
    const [leavings, comings, lockings] = [this.#leavings, this.#comings, this.#lockings];
    let central: CentralSession | undefined;
    let present: Present;
    try {
      central = await server.signIn(credentials);
      present = presentOf(central);
    } catch (thrown) {
      if (isForGood(thrown)) await this.#keep('a refused sign-in', () => offline.forget(credentials));
      if (!isLineFailure(thrown)) throw thrown;
      present = await offline.signIn(credentials);
    }
    const { clockDistance } = central ?? {};
    if (clockDistance !== undefined) await this.#keep('the time', () => steadyClock.hear(clockDistance));
    // From here to the new session nothing is awaited: nobody is here with another one's.
    const before = this.#present;
    const another = before !== undefined && !isSamePerson(before.staff, present.staff);
    // At a Koha one person may work at several libraries: what is open at one is not the other's.
    const elsewhere = before !== undefined && !isSameStaff(before, present);
    try {
      if (leavings !== this.#leavings) throw new Failure({ code: 'signedOut' });
      if (elsewhere) {
        if (comings !== this.#comings) throw new Failure({ code: 'requestRefused' });
        mayReplace();
      }
    } catch (thrown) {
      if (central) await central.end([]).catch(ignoreFailure);
      throw thrown;
    }
    const former = this.#central;
    this.#present = present;
    this.#comings++;
    this.#status = lockings === this.#lockings ? 'signedIn' : 'locked';
    // The same person back at a locked desk, the line cut meanwhile: the session is still theirs.
    if (elsewhere) this.#central = undefined;
    void this.#keep('the last library', () => {
      lastLibrary.write(credentials.library);
    });
    if (central) {
      await this.#enter(central);
      const entered = central;
      this.#inBackground('remembering a sign-in', () => offline.remember(credentials, entered));
    } else if (!this.#central && grants.sessionOf(present.staff.id) !== undefined) this.#parts.onReady();
    if (former && (central || elsewhere)) this.#leave(former, another);
    return this.#tell();
  }

  async signOut(): Promise<SessionState> {
    const central = this.#central;
    this.#leavings++;
    this.#present = undefined;
    this.#central = undefined;
    this.#status = 'signedIn';
    const state = this.#tell();
    if (central) this.#leave(central, true);
    return state;
  }

  /** Ends the session at the server while the app ends; resolves when that is done, or can't be. */
  async end(): Promise<void> {
    const central = this.#central;
    this.#leavings++;
    this.#central = undefined;
    if (central) await this.#parts.grants.end(central).catch(ignoreFailure);
    await Promise.all(this.#background);
  }

  /** Nobody has touched the desk for a while. */
  lock(): void {
    this.#lockings++;
    if (!this.#present || this.#status !== 'signedIn') return;
    this.#status = 'locked';
    this.#tell();
  }

  /** Whoever signed in without the line is asked to sign in with it. */
  askAgain(): void {
    if (!this.#present || this.#central || this.#status !== 'signedIn') return;
    this.#status = 'expired';
    this.#tell();
  }

  /** The server has ended the session, and said so; who worked here may sign in again and go on. */
  async expire(central: CentralSession, said: Failure): Promise<void> {
    if (central !== this.#central) {
      await this.#parts.hear(said, central.staff.id);
      return;
    }
    this.#central = undefined;
    if (this.#status === 'signedIn') this.#status = 'expired';
    this.#tell();
    await this.#drop(central.staff.id, said);
  }

  /** The line is back: whoever signed in without it goes on with a session that was never ended, if there is one. */
  async resume(): Promise<void> {
    const { grants, server, offline, steadyClock, hear } = this.#parts;
    const present = this.#present;
    const token = present && !this.#central && grants.sessionOf(present.staff.id);
    if (!present || !token) return;
    /** They may have signed in meanwhile: the session that they are in now is the one to keep. */
    const isKept = () => grants.sessionOf(present.staff.id) === token;
    try {
      const central = await server.resume(token);
      if (!isKept()) {
        await central.end([]);
        return;
      }
      if (!isSameStaff(central, present)) throw new Failure({ code: 'serverRubbish' }, 'another session');
      await grants.keepSession(present.staff.id, central.resumeToken);
      await this.#keep('what they may do', () => offline.renew(central));
      await steadyClock.hear(central.clockDistance);
      if (this.#present !== present || this.#central) return;
      await this.#enter(central);
      this.#tell();
    } catch (thrown) {
      if (!isFailure(thrown, 'signedOut')) throw thrown;
      if (this.#present === present) this.askAgain();
      if (isKept()) await this.#drop(present.staff.id, thrown);
      else await hear(thrown, present.staff.id);
    }
  }

  /** Of a session that the server has ended nothing is kept. */
  async #drop(staffId: string, said: Failure): Promise<void> {
    const { grants, hear } = this.#parts;
    const heard = hear(said, staffId);
    await this.#keep('the end of a session', () => grants.dropSession(staffId));
    await heard;
  }

  /** Nobody works here any more: this desk was revoked. */
  revoke(): void {
    this.#leavings++;
    this.#present = undefined;
    this.#central = undefined;
    this.#tell();
  }

  /**
   * Asks the server as the member of staff who is signed in; notices when it has ended the session. `by` began this:
   * nothing goes on in the next one's name.
   */
  async use<T>(work: (central: CentralSession) => Promise<T>, by = this.require()): Promise<T> {
    if (!isSameStaff(this.require(), by)) throw new Failure({ code: 'signedOut' });
    const central = this.#central;
    if (!central) throw new Failure({ code: 'needsServer' });
    try {
      return await work(central);
    } catch (thrown) {
      if (isFailure(thrown, 'signedOut')) await this.expire(central, thrown);
      throw thrown;
    }
  }

  async #enter(central: CentralSession): Promise<void> {
    const { grants, offline, steadyClock, onReady } = this.#parts;
    this.#central = central;
    // Where they had begun without the line, the server may have told other permissions.
    this.#present = presentOf(central);
    const keep = () => grants.keepSession(central.staff.id, central.resumeToken);
    central.onRenewed = (what) => {
      // First what a crash must not lose; a refresh may have brought other permissions, too.
      this.#inBackground('renewing a session', async () => {
        if (this.#central === central) await keep();
        await offline.renew(central);
        if (what !== 'view') await steadyClock.hear(central.clockDistance);
      });
      if (this.#central !== central) return;
      this.#present = presentOf(central);
      if (!isDeepStrictEqual(this.#told, this.state)) this.#tell();
    };
    await this.#keep('a session', keep);
    onReady();
  }

  /** What can't be kept, on a disk that is full or fails, keeps nobody from working with the line, nor halfway in. */
  async #keep(what: string, work: () => void | Promise<void>): Promise<void> {
    try {
      await work();
    } catch (thrown) {
      this.#parts.onTrouble(`keeping ${what}`, thrown);
    }
  }

  /** Ends a session that nobody is in any more. What can't be ended now is ended when the line is back. */
  #leave(central: CentralSession, another: boolean): void {
    const { grants, hear, onReady } = this.#parts;
    central.onRenewed = () => undefined;
    this.#inBackground('ending a session', async () => {
      try {
        if (another) await grants.end(central);
        else await central.end([]);
      } catch (thrown) {
        await hear(thrown, central.staff.id);
        throw thrown;
      }
      onReady();
    });
  }

  #inBackground(what: string, work: () => Promise<void>): void {
    const done: Promise<void> = work()
      .catch((thrown: unknown) => {
        this.#parts.onTrouble(what, thrown);
      })
      .finally(() => this.#background.delete(done));
    this.#background.add(done);
  }

  #tell(): SessionState {
    this.#told = this.state;
    this.#parts.onChanged(this.#told);
    return this.#told;
  }
}

/** Nobody heard what the server says: it's away, or the way to it can't be trusted. */
export const isLineFailure = (thrown: unknown) =>
  isFailure(thrown, 'serverAway', 'serverSlow', 'serverCertificate');

/**
 * The server won't take these credentials tomorrow either, or lets in nobody with them who is no member of staff any more;
 * a lock after too many tries ends by itself.
 */
const isForGood = (thrown: unknown) =>
  isFailure(thrown, 'wrongCredentials', 'notStaff', 'missingRight') ||
  (isFailure(thrown, 'accountLocked') && thrown.error.retryAt === undefined);

function ignoreFailure(thrown: unknown): void {
  if (!isFailure(thrown)) throw thrown;
}
