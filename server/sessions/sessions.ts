// Sessions of staff: sign-in, short access tokens, refresh tokens that work once, sign-out with a push-only grant
// for what still waits at the desk.
import type { Session, GrantedAct } from '../../shared/central/contract.ts';
import type { Permission } from '../../shared/permissions.ts';
import type { Libraries } from '../libraries.ts';
import { knownTime } from '../known-time.ts';
import { granted, refused, type Outcome } from '../outcome.ts';
import { DAY, newId, timeOf, type Ports } from '../ports.ts';
import type { Store } from '../store/store.ts';
import type { Desks } from './desks.ts';
import { FailedSignIns, whoseAccount } from './failed-sign-ins.ts';
import { newToken, secretFits, tokenHash } from './secrets.ts';
import { SignInLog } from './sign-in-log.ts';
import type { StaffAccount, StaffAccounts } from './staff.ts';

/** Who asks: a member of staff with a session, or by a push-only grant that names the acts it is for. */
export interface Asker {
  staff: StaffAccount;
  permissions: Permission[];
  session: string | null;
  desk: string;
  /** Whether they may send this act, and about this: any with a session, else those that the grant names. */
  maySend(act: string, about?: About): boolean;
}

/** What an act is about, as its address says it. */
interface About {
  patronId?: string;
  section?: string;
}

export interface SessionRules {
  accessSeconds: number;
  /** Work of scrypt where an account is unknown. */
  secretCost?: number;
}

const REFRESH_LASTS = DAY / 2;
const SESSION_LASTS = DAY;
/** Sessions that begin later than this were begun by a clock that was ahead and has been set right. */
const AHEAD = DAY;
const GRANT_LASTS = 90 * DAY;
/** After its end. As long as desks usually let staff in without the line: they hear from it that the account was locked. */
const TOKEN_KEPT = 3 * DAY;
/** Of a session that ended since a refresh token came twice, which is noted once; of others it is 1. */
const CAME_TWICE = 2;
/** Waiting grows with the failures at one desk, in milliseconds. */
const PAUSES = [0, 0, 250, 500, 1000, 2000];

interface TokenRow {
  session: string;
  staff: string;
  desk: string;
  kind: 'access' | 'refresh';
  expires_at: number;
  used: number;
  ended: number;
  started_at: number;
  ends_at: number;
}

export class Sessions {
  readonly #store: Store;
  readonly #ports: Ports;
  readonly #staff: StaffAccounts;
  readonly #desks: Desks;
  readonly #libraries: Libraries;
  readonly #epoch: string;
  readonly #rules: SessionRules;
  readonly failures: FailedSignIns;
  readonly #log: SignInLog;

  constructor(
    store: Store,
    ports: Ports,
    staff: StaffAccounts,
    desks: Desks,
    libraries: Libraries,
    epoch: string,
    rules: SessionRules,
  ) {
    this.#store = store;
    this.#ports = ports;
    this.#staff = staff;
    this.#desks = desks;
    this.#libraries = libraries;
    this.#epoch = epoch;
    this.#rules = rules;
    this.failures = new FailedSignIns(store, ports.clock);
    this.#log = new SignInLog(store, ports.clock);
  }

  async signIn(ask: {
    library: string;
    username: string;
    password: string;
    desk: string;
  }): Promise<Outcome<Session>> {
    if (this.#desks.isRevoked(ask.desk)) return refused('desk-revoked');
    const who = whoseAccount(ask.library, ask.username);
    const account = this.#staff.byUsername(ask.library, ask.username);
    const place = { desk: ask.desk, known: account !== undefined && this.knows(account.id, ask.desk) };
    const until = this.failures.lockedUntil(who, place);
    if (until !== undefined) return refused('account-locked', { retryAt: new Date(until).toISOString() });
    const failures = this.failures.count(who, place);
    const fits = await secretFits(ask.password, account?.password, this.#rules.secretCost);
    if (!account || !fits) {
      if (account) this.#log.note('wrong password', { staff: account.id, desk: ask.desk });
      else this.#log.noteNobody();
      await this.#ports.pause(PAUSES[Math.min(failures, PAUSES.length - 1)] ?? 0);
      return refused('wrong-credentials');
    }
    this.failures.clear(who, place);
    // Desk or account may have been shut out while the password was tried.
    if (this.#desks.isRevoked(ask.desk)) return refused('desk-revoked');
    if (this.#staff.byId(account.id)?.locked) {
      this.#log.note('refused: the account is locked', { staff: account.id, desk: ask.desk });
      return refused('account-locked');
    }
    return granted(this.#store.together(() => this.#begin(account, ask.desk)));
  }

  /** Whether this member of staff ever signed in at this desk. */
  knows(staff: string, desk: string): boolean {
    return (
      this.#store.row('SELECT 1 FROM session WHERE staff = ? AND desk = ? LIMIT 1', staff, desk) !== undefined
    );
  }

  /** At a desk that they know, since too many passwords were wrong there. */
  isLockedAt({ library, username }: StaffAccount, desk: string): boolean {
    const place = { desk, known: true };
    return this.failures.lockedUntil(whoseAccount(library, username), place) !== undefined;
  }

  /** Whether they may have been at this desk then, as far as this server knows; a desk's clock may be a day off. */
  workedAt(desk: string, staff: string, time: number): boolean {
    const sql = 'SELECT 1 FROM session WHERE staff = ? AND desk = ? AND started_at <= ? LIMIT 1';
    const isKept = time >= this.#ports.clock.now() - GRANT_LASTS;
    return isKept && this.#store.row(sql, staff, desk, time + DAY) !== undefined;
  }

  #begin(account: StaffAccount, desk: string): Session {
    const id = newId(this.#ports.random);
    const now = this.#ports.clock.now();
    this.#store.run(
      'INSERT INTO session (id, staff, desk, started_at, ends_at) VALUES (?, ?, ?, ?, ?)',
      id,
      account.id,
      desk,
      now,
      now + SESSION_LASTS,
    );
    this.#log.note('signed in', { staff: account.id, desk });
    return this.#newTokens(id, account);
  }

  #newTokens(session: string, account: StaffAccount): Session {
    const now = this.#ports.clock.now();
    const token = (kind: 'access' | 'refresh', lasts: number) => {
      const secret = newToken(kind === 'access' ? 'a' : 'r', this.#ports.random);
      this.#store.run(
        'INSERT INTO token (hash, session, kind, expires_at) VALUES (?, ?, ?, ?)',
        tokenHash(secret),
        session,
        kind,
        now + lasts,
      );
      return secret;
    };
    return {
      accessToken: token('access', this.#rules.accessSeconds * 1000),
      accessExpiresIn: this.#rules.accessSeconds,
      refreshToken: token('refresh', REFRESH_LASTS),
      staff: { id: account.id, username: account.username, name: account.name },
      library: this.#libraries.shown(account.library),
      permissions: this.#staff.permissions(account.id),
      epoch: this.#epoch,
      serverTime: timeOf(this.#ports.clock),
    };
  }

  #token(secret: string, kind: 'access' | 'refresh'): TokenRow | undefined {
    const row = this.#store.row<TokenRow>(
      `SELECT session, staff, desk, kind, expires_at, used, ended, started_at, ends_at
       FROM token JOIN session ON session.id = token.session WHERE hash = ?`,
      tokenHash(secret),
    );
    return row?.kind === kind ? row : undefined;
  }

  #stillGood(token: TokenRow): StaffAccount | undefined {
    const now = this.#ports.clock.now();
    if (token.ended || token.ends_at <= now || token.expires_at <= now) return undefined;
    // By a clock that was ahead. Where it's today's that is behind, nobody is signed out by it.
    const beganAfter = (time: number) => token.started_at > time + AHEAD;
    if (beganAfter(now) && beganAfter(knownTime(this.#store) ?? now)) return undefined;
    const account = this.#staff.byId(token.staff);
    return account?.locked ? undefined : account;
  }

  /** The session of a refresh token that is good still. */
  toRefresh(secret: string): string | undefined {
    const token = this.#token(secret, 'refresh');
    return token && !token.used && this.#stillGood(token) ? token.session : undefined;
  }

  /**
   * A refresh token that comes twice was stolen, or its answer was lost: the whole session ends. So do grants, also where
   * the session was signed out: it may have been the thief who did.
   */
  refresh(secret: string): Outcome<Session> {
    return this.#store.together(() => {
      const token = this.#token(secret, 'refresh');
      if (!token) return refused('signed-out');
      if (token.used && token.ended !== CAME_TWICE) {
        this.#store.run('UPDATE session SET ended = ? WHERE id = ?', CAME_TWICE, token.session);
        this.#store.run('DELETE FROM push_grant WHERE session = ?', token.session);
        this.#log.note('ended: a refresh token came twice', token);
      }
      // Whoever had this session may be told that it's the account, so that their desk lets them in no more without the line.
      if (this.#staff.byId(token.staff)?.locked) return refused('account-locked');
      const account = token.used ? undefined : this.#stillGood(token);
      if (!account) return refused('signed-out');
      this.#store.run('UPDATE token SET used = 1 WHERE hash = ?', tokenHash(secret));
      return granted(this.#newTokens(token.session, account));
    });
  }

  /** Whose a token is or was, a session's or a grant's; undefined where it was made up. */
  whoseToken(authorization: string | undefined): string | undefined {
    const secret = bearerOf(authorization);
    if (!secret.startsWith('g.')) return this.#token(secret, 'access')?.session;
    const sql = 'SELECT staff FROM push_grant WHERE hash = ?';
    return this.#store.row<{ staff: string }>(sql, tokenHash(secret))?.staff;
  }

  /** Reads `Authorization`; `desk` is needed with a push-only grant, where one will do. */
  whoAsks(authorization: string | undefined, desk: string | undefined, byGrant: boolean): Outcome<Asker> {
    const secret = bearerOf(authorization);
    if (secret.startsWith('g.')) return byGrant ? this.#byGrant(secret, desk) : refused('signed-out');
    const token = this.#token(secret, 'access');
    const staff = token && this.#stillGood(token);
    if (!token || !staff) return refused('signed-out');
    return granted({
      staff,
      permissions: this.#staff.permissions(staff.id),
      session: token.session,
      desk: token.desk,
      maySend: () => true,
    });
  }

  #byGrant(secret: string, desk: string | undefined): Outcome<Asker> {
    const hash = tokenHash(secret);
    const grant = this.#store.row<{ staff: string; desk: string; expires_at: number }>(
      'SELECT staff, desk, expires_at FROM push_grant WHERE hash = ?',
      hash,
    );
    const staff = grant && this.#staff.byId(grant.staff);
    const good = grant && grant.expires_at > this.#ports.clock.now() && grant.desk === desk;
    if (!good || !staff) return refused('signed-out');
    // As with a refresh: their desk may be told.
    if (staff.locked) return refused('account-locked');
    return granted({
      staff,
      permissions: this.#staff.permissions(staff.id),
      session: null,
      desk: grant.desk,
      // Asked of the one act: a grant may name thousands.
      maySend: (act, about) => {
        const named = this.#store.row<{ patron: string; section: string }>(
          'SELECT patron, section FROM push_grant_act WHERE push_grant = ? AND act = ?',
          hash,
          act,
        );
        if (!named || !about) return named !== undefined;
        return named.patron === about.patronId && named.section === (about.section ?? '');
      },
    });
  }

  signOut(asker: Asker, waitingActs: GrantedAct[]): { pushGrant: string | null } {
    return this.#store.together(() => {
      if (asker.session) {
        this.#store.run('UPDATE session SET ended = 1 WHERE id = ?', asker.session);
        this.#log.note('signed out', { staff: asker.staff.id, desk: asker.desk });
      }
      if (waitingActs.length === 0) return { pushGrant: null };
      const secret = newToken('g', this.#ports.random);
      const hash = tokenHash(secret);
      this.#store.run(
        'INSERT INTO push_grant (hash, staff, desk, session, expires_at) VALUES (?, ?, ?, ?, ?)',
        hash,
        asker.staff.id,
        asker.desk,
        asker.session,
        this.#ports.clock.now() + GRANT_LASTS,
      );
      for (const { id, patronId, section } of waitingActs)
        this.#store.run(
          'INSERT OR IGNORE INTO push_grant_act (push_grant, act, patron, section) VALUES (?, ?, ?, ?)',
          hash,
          id.toLowerCase(),
          patronId,
          section ?? '',
        );
      return { pushGrant: secret };
    });
  }

  /** `now` is the known time. */
  forgetOld(now: number): void {
    this.#log.forgetOld();
    this.#store.run('DELETE FROM token WHERE expires_at < ?', now - TOKEN_KEPT);
    this.#store.run('DELETE FROM push_grant WHERE expires_at < ?', now);
    // A session's desk stays known for a season, so that its member of staff is not a stranger there.
    this.#store.run('DELETE FROM session WHERE ends_at < ?', now - GRANT_LASTS);
  }

  /** What a clock left that was ahead and has been set right. Who worked where stays known. */
  forgetAhead(now: number): void {
    this.#store.run('UPDATE session SET ended = 1 WHERE started_at > ?', now + AHEAD);
    this.#store.run('DELETE FROM failed_sign_in WHERE last_at > ?', now + AHEAD);
  }
}

const bearerOf = (authorization = '') => /^Bearer (\S+)$/i.exec(authorization)?.[1] ?? '';
