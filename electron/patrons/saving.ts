// Saves what staff do: first into the outbox, on disk; then the server is asked, and the window told what came of it
// within a moment. Whatever takes longer waits, and is told of on the page Sync.
import { permissionSchema } from '../../shared/permissions.ts';
import type { Saved } from '../../shared/ipc/sync.ts';
import type { Clock } from '../../shared/clock.ts';
import { DEED_VERSION, UNDECIDED, type Deed, type NewAct, type OutboxAct } from '../cache/act.ts';
import type { DeskStore } from '../cache/desk-store.ts';
import type { Present } from '../session/offline-sign-in.ts';
import { Failure } from '../support/failure.ts';
import { withinMoment, type Timers } from '../support/system.ts';
import type { Acts } from './acts.ts';

/** How long a window waits for the server's word before it says that the act waits. */
const WORD_WITHIN_MS = 3_000;

export interface SavingParts {
  store: DeskStore;
  acts: Acts;
  clock: Clock;
  timers: Timers;
  /** The server's clock minus this desk's, in ms. */
  clockDistance: () => number;
  /** Whether the server answered when last asked. */
  isOnline: () => boolean;
  /** Sends what waits; fails where the line does. */
  push: () => Promise<void>;
  /** After an act was judged: the copy is to show what the server made of it. */
  pull: () => void;
  onChanged: (patronIds: string[]) => void;
}

/** What an act is about: a patron, with the name that the list of acts shows, and since when they are registered. */
export interface About {
  id: string;
  name: string;
  since: string | undefined;
}

export class Saving {
  readonly #parts: SavingParts;
  readonly #awaited = new Map<string, (act: OutboxAct) => void>();

  constructor(parts: SavingParts) {
    this.#parts = parts;
  }

  /** To be called whenever an act has changed. */
  heard(act: OutboxAct): void {
    if (isJudged(act)) this.#awaited.get(act.id)?.(act);
  }

  /** Fails where the server refuses at once; the act is let go of then, since the form still holds what was typed. */
  async save(about: About, deed: Deed, present: Present): Promise<Saved> {
    const { store, onChanged } = this.#parts;
    const act = await store.append(this.newAct(about, deed, present));
    try {
      return await this.send(act);
    } catch (thrown) {
      // Unless another window has decided on it meanwhile.
      await store.update(act.id, { state: 'withdrawn' }, UNDECIDED);
      onChanged([about.id]);
      throw thrown;
    }
  }

  newAct(about: About, deed: Deed, { staff, library, view }: Present): NewAct {
    const { acts, clock, clockDistance } = this.#parts;
    return {
      id: acts.newId(),
      key: acts.newId(),
      deedVersion: DEED_VERSION,
      library: library.id,
      patronId: about.id,
      patronName: about.name,
      patronSince: about.since,
      view,
      staff,
      actedAt: new Date(clock.now()).toISOString(),
      clockDistance: clockDistance(),
      deed,
      state: 'waiting',
      tag: deed.kind === 'saveSection' ? deed.base.tag : null,
      changes: null,
      tries: 0,
      confirmed: null,
      conflict: null,
      refusal: null,
    };
  }

  /** Sends an act that is in the outbox, and waits a moment for the server's word. Fails with a refusal or conflict. */
  async send({ id, patronId }: OutboxAct): Promise<Saved> {
    const { store, isOnline, push, pull, timers, onChanged } = this.#parts;
    onChanged([patronId]);
    const judged = new Promise<void>((resolve) => this.#awaited.set(id, () => resolve()));
    const pushed = push().catch(() => undefined);
    if (isOnline()) await withinMoment(timers, WORD_WITHIN_MS, Promise.race([judged, pushed]));
    this.#awaited.delete(id);
    const act = await store.act(id).catch(() => 'unread' as const);
    // It is in the outbox all the same: who heard that it isn't would do it once more.
    if (act === 'unread') return 'waiting';
    // Nothing leaves the outbox but what is confirmed and safe.
    if (!act) return 'confirmed';
    if (!isJudged(act)) return 'waiting';
    pull();
    const failure = failureOf(act);
    if (failure) throw failure;
    return 'confirmed';
  }
}

/** The server has said its word, or staff theirs. */
const isJudged = ({ state }: OutboxAct): boolean => state !== 'waiting' && state !== 'sent';

function failureOf({ state, conflict, refusal }: OutboxAct): Failure | undefined {
  if (state === 'withdrawn') return new Failure({ code: 'notUndecided' });
  if (state === 'conflict' && conflict)
    return new Failure({ code: 'conflict', current: conflict.current, conflicts: conflict.fields });
  if (state !== 'refused' || !refusal) return undefined;
  const { code, detail, fields, missing, wanted } = refusal;
  const permission = permissionSchema.safeParse(detail).data;
  return new Failure(
    {
      code,
      ...(fields.length > 0 && { fields }),
      ...(permission && { permission }),
      ...(missing && { missing }),
      ...(wanted !== undefined && { wanted }),
    },
    detail,
  );
}
