// What staff leave behind so that their waiting acts still go out in their name: a push-only grant. A session that
// could not be ended at the server, because the line was cut or the app, waits here to be traded for one. Everything
// here lies in the encrypted outbox.
import { z } from 'zod';
import type { OutboxAct } from '../cache/act.ts';
import { isReadable } from '../cache/readable.ts';
import { recallAs } from '../cache/remembered.ts';
import type { DeskStore } from '../cache/desk-store.ts';
import type { ActSender, CentralServer, CentralSession } from '../central/central-server.ts';
import { isFailure, unlessCut } from '../support/failure.ts';

/** Is told why a session or grant of this member of staff has ended. Never fails. */
export type Hear = (said: unknown, staffId: string) => Promise<void>;
/** Is told what a member of staff may do, as the server has just said. */
export type Renew = (central: CentralSession) => Promise<void>;

const NAME = 'grants';
const leftSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('session'), staffId: z.string(), token: z.string() }),
  z.object({ kind: z.literal('grant'), staffId: z.string(), token: z.string(), acts: z.array(z.string()) }),
]);
type Left = z.infer<typeof leftSchema>;
/** Tokens are for the server that gave them, and no other's business. */
const keptSchema = z.object({ server: z.string(), left: z.array(leftSchema) });

export class Grants {
  readonly #store: DeskStore;
  readonly #server: CentralServer;
  readonly #hear: Hear;
  readonly #renew: Renew;
  readonly #senders = new Map<string, ActSender>();
  #kept: z.infer<typeof keptSchema> | undefined;

  constructor(store: DeskStore, server: CentralServer, hear: Hear, renew: Renew) {
    this.#store = store;
    this.#server = server;
    this.#hear = hear;
    this.#renew = renew;
  }

  async boot(): Promise<void> {
    this.#kept = await recallAs(this.#store, NAME, keptSchema);
  }

  get #left(): Left[] {
    return this.#kept?.server === this.#server.address ? this.#kept.left : [];
  }

  /** Remembers a session as it runs, so that neither a crash nor a cut line strands what waits in it. */
  keepSession(staffId: string, token: string | null): Promise<void> {
    const others = this.#left.filter((left) => left.kind !== 'session' || left.staffId !== staffId);
    // A server that gives no such token: what waits goes out when its author signs in again.
    if (token === null) return this.#write(others);
    return this.#write([...others, { kind: 'session', staffId, token }]);
  }

  /** The token of a session of this member of staff that was not ended. */
  sessionOf(staffId: string): string | undefined {
    return this.#left.find((left) => left.kind === 'session' && left.staffId === staffId)?.token;
  }

  dropSession(staffId: string): Promise<void> {
    return this.#write(this.#left.filter((left) => left.kind !== 'session' || left.staffId !== staffId));
  }

  /** Ends a session at the server and keeps the grant for what waits. Fails where the line does: see `settle`. */
  async end(central: CentralSession): Promise<void> {
    const { staff, resumeToken } = central;
    try {
      const waiting = (await this.#store.acts(['waiting', 'sent'])).filter(
        (act) => act.staff.id === staff.id && isReadable(act),
      );
      const grant = await central.end(
        waiting.map(({ id, patronId, deed }) => ({
          id,
          patronId,
          ...(deed.kind === 'saveSection' && { section: deed.section }),
        })),
      );
      const acts = waiting.map(({ id }) => id);
      const rest = this.#left.filter(({ token }) => token !== resumeToken);
      await this.#write(
        grant === null ? rest : [...rest, { kind: 'grant', staffId: staff.id, token: grant, acts }],
      );
    } catch (thrown) {
      if (!isFailure(thrown, 'signedOut')) {
        // Renewed on the way: the token that is kept was used, and would end the session.
        const isUsed = central.resumeToken !== resumeToken && this.sessionOf(staff.id) === resumeToken;
        if (isUsed) await this.keepSession(staff.id, central.resumeToken);
        throw thrown;
      }
      await this.#hear(thrown, staff.id);
      await this.#write(this.#left.filter(({ token }) => token !== resumeToken));
    }
  }

  /**
   * Trades sessions that nobody is in any more for grants. `present` is who may yet go on with theirs. One at which the
   * server or a write fails is heard of only after the others'.
   */
  async settle(present: string | undefined): Promise<void> {
    const failures: unknown[] = [];
    for (const left of this.#left) {
      if (left.kind !== 'session' || left.staffId === present) continue;
      await this.#trade(left).catch(unlessCut(failures));
    }
    if (failures.length > 0) throw failures[0];
  }

  async #trade(left: Left & { kind: 'session' }): Promise<void> {
    try {
      const central = await this.#server.resume(left.token);
      // Its member of staff has signed in meanwhile: the session that they are in now is the one to keep.
      if (!this.#left.includes(left)) {
        await central.end([]);
        return;
      }
      // The token was good for one use: the new one takes its place before anything else happens.
      await this.keepSession(left.staffId, central.resumeToken);
      await this.#renew(central);
      await this.end(central);
    } catch (thrown) {
      // Too old by now: what waits goes out when its author signs in.
      if (!isFailure(thrown, 'signedOut')) throw thrown;
      await this.#hear(thrown, left.staffId);
      await this.#write(this.#left.filter((one) => one !== left));
    }
  }

  senderFor(act: OutboxAct): ActSender | undefined {
    const left = this.#left.find((one) => one.kind === 'grant' && one.acts.includes(act.id));
    if (!left) return undefined;
    const sender = this.#senders.get(left.token) ?? this.#server.pushWith(left.token);
    this.#senders.set(left.token, sender);
    return sender;
  }

  /** A grant that the server no longer takes. */
  async drop(sender: ActSender): Promise<void> {
    const gone = [...this.#senders].filter(([, one]) => one === sender).map(([token]) => token);
    for (const token of gone) this.#senders.delete(token);
    if (gone.length > 0) await this.#write(this.#left.filter(({ token }) => !gone.includes(token)));
  }

  /** Lets go of grants whose acts the outbox no longer holds. */
  async tidy(): Promise<void> {
    if (!this.#left.some(({ kind }) => kind === 'grant')) return;
    const held = new Set(
      (await this.#store.acts(['waiting', 'sent', 'conflict', 'refused', 'confirmed'])).map(({ id }) => id),
    );
    const needed = this.#left.filter(
      (left) => left.kind === 'session' || left.acts.some((id) => held.has(id)),
    );
    if (needed.length < this.#left.length) await this.#write(needed);
  }

  forgetAll(): Promise<void> {
    return this.#write([]);
  }

  async #write(left: Left[]): Promise<void> {
    this.#kept = { server: this.#server.address, left };
    await this.#store.remember(NAME, JSON.stringify(this.#kept));
  }
}
