// What staff were told, desk by desk: each act that a window called saved, each that it refused, what each form showed
// when its values were typed over, and what staff decided. Nothing here knows how desk and server come to their answers.
import { isDeepStrictEqual } from 'node:util';
import type { ActUpdate, Deed, LogEvent, OutboxAct } from '../../electron/cache/act.ts';
import type { Outgoing } from '../../electron/cache/desk-store.ts';
import type { Method } from '../../electron/cache/thread-messages.ts';
import type { Clock } from '../../shared/clock.ts';
import type { FieldValues } from '../../shared/patrons/sections.ts';

export interface LedgerAct {
  id: string;
  desk: string;
  sequence: number;
  library: string;
  patronId: string;
  author: string;
  deed: Deed;
  /** What staff want written, after their last decision. */
  wanted: FieldValues;
  /** Values that they saw at a field before they confirmed theirs. */
  seen: Map<string, unknown[]>;
  /** It stood before staff as a conflict or a refusal. */
  parked: boolean;
  /** When staff let go of it, or were told no at once with the form still open, in true time. */
  letGoAt: number | undefined;
  saved: boolean;
  /** As the desk last wrote it: says with which acts a fault met, nothing else. */
  state: OutboxAct['state'];
}

/** Staff have pressed a button, and wait for what the window says. */
export interface Saying {
  desk: string;
  patronId: string;
  deed: Deed;
  act: LedgerAct | undefined;
  told: 'nothing' | 'saved' | 'refused';
}

interface Decision {
  changes: FieldValues;
  shown: FieldValues;
}

export class Ledger {
  readonly acts = new Map<string, LedgerAct>();
  readonly sayings: Saying[] = [];
  /** With the true time that the desk noted them at: its clock may say another. */
  readonly logEvents = new Map<string, { event: LogEvent; at: number }>();
  /** Exports that somebody wanted, and those of them whose file is there, as the window said. */
  readonly exports: { staff: string; patronId: string }[] = [];
  readonly exported: { staff: string; patronId: string; at: number }[] = [];
  readonly pins: { pin: string; patronId: string; told: boolean }[] = [];
  readonly deleted: { patronId: string; at: number }[] = [];
  /** Settled acts whose content a desk emptied because their patron was deleted. */
  readonly wiped = new Set<string>();
  /** What staff wait for beside a desk, which may never answer: it's over when the desk is. */
  readonly #pressed = new Map<string, string[]>();
  readonly #clock: Clock;
  readonly #decisions = new Map<string, Decision[]>();
  readonly #lettingGo = new Set<string>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  say(desk: string, patronId: string, deed: Deed): Saying {
    const saying: Saying = { ...{ desk, patronId, deed }, act: undefined, told: 'nothing' };
    this.sayings.push(saying);
    return saying;
  }

  saved(saying: Saying): void {
    saying.told = 'saved';
    if (saying.act) saying.act.saved = true;
  }

  refused(saying: Saying): void {
    saying.told = 'refused';
    if (saying.act) this.#isLetGo(saying.act);
  }

  /** Staff are about to decide on an act: `shown` is what the page shows of the section as it is now. */
  decide(id: string, changes: FieldValues, shown: FieldValues): void {
    this.#decisions.set(id, [...(this.#decisions.get(id) ?? []), { changes, shown }]);
  }

  letGo(id: string): void {
    this.#lettingGo.add(id);
  }

  /** Kinds of a desk's acts whose answer is not known yet. */
  kindsUnderWay(desk: string): string[] {
    const kinds = [...this.acts.values()]
      .filter((act) => act.desk === desk && (act.state === 'waiting' || act.state === 'sent'))
      .map(({ deed }) => deed.kind);
    return [...kinds, ...(this.#pressed.get(desk) ?? [])];
  }

  /** Staff press a button, and wait. */
  async waits<T>(desk: string, kind: string, work: () => Promise<T>): Promise<T> {
    const pressed = this.#pressed.get(desk) ?? [];
    this.#pressed.set(desk, pressed);
    pressed.push(kind);
    try {
      return await work();
    } finally {
      pressed.splice(pressed.indexOf(kind), 1);
    }
  }

  /** The desk is dead: nobody waits beside it any more. */
  givenUp(desk: string): void {
    this.#pressed.delete(desk);
  }

  /** Something was done in a desk's files. */
  done(desk: string, method: Method, args: readonly unknown[], result: unknown): void {
    if (method === 'append') this.#appended(desk, result as OutboxAct);
    if (method === 'replace' && result) this.#replaced(desk, String(args[0]), result as OutboxAct);
    if (method === 'update' && result) this.#updated(String(args[0]), args[1] as ActUpdate);
    // What was written while the desk died shows when it's read.
    if (method === 'acts' || method === 'recentActs')
      for (const act of result as OutboxAct[]) this.#found(desk, act);
    if (method === 'outgoing') for (const act of (result as Outgoing).acts) this.#found(desk, act);
    if (method === 'applyChanges') this.#deleted(desk, args[1] as { kind: string; patronId?: string }[]);
    if (method === 'appendLogEvent') {
      const event = args[0] as LogEvent;
      this.logEvents.set(event.id, { event, at: this.#clock.now() });
    }
  }

  #found(desk: string, act: OutboxAct): void {
    const { state, changes } = act;
    const known = this.acts.get(act.id) ?? this.#appended(desk, act);
    if (known.state !== state) this.#updated(act.id, { state, changes });
  }

  /** Staff pressed the button, and died before they heard of it: it may be so, or not. */
  mayBeLetGo({ id, letGoAt }: LedgerAct): boolean {
    return letGoAt !== undefined || this.#lettingGo.has(id) || (this.#decisions.get(id)?.length ?? 0) > 0;
  }

  #deleted(desk: string, changes: readonly { kind: string; patronId?: string }[]): void {
    for (const { kind, patronId } of changes)
      for (const act of this.acts.values())
        if (kind === 'deleted' && act.desk === desk && act.patronId === patronId)
          if (act.state === 'confirmed' || act.state === 'withdrawn') this.wiped.add(act.id);
  }

  #appended(desk: string, act: OutboxAct): LedgerAct {
    const { deed } = act;
    const edit = deed.kind === 'saveSection' ? deed : undefined;
    const kept: LedgerAct = {
      ...{ id: act.id, desk, sequence: act.sequence, library: act.library, patronId: act.patronId },
      ...{ author: act.staff.id, deed, wanted: edit?.changes ?? {} },
      seen: new Map(),
      ...{ parked: false, letGoAt: undefined, saved: false, state: act.state },
    };
    if (edit) saw(kept, edit.base.values);
    this.acts.set(act.id, kept);
    const saying = this.sayings.findLast(
      (one) =>
        one.desk === desk &&
        !one.act &&
        one.told === 'nothing' &&
        one.patronId === act.patronId &&
        isDeepStrictEqual(one.deed, deed),
    );
    if (saying) saying.act = kept;
    return kept;
  }

  #replaced(desk: string, former: string, act: OutboxAct): void {
    const old = this.acts.get(former);
    if (old) this.#isLetGo(old);
    // Decided knowingly: it counts as saved from now on.
    this.#appended(desk, act).saved = true;
    this.#decisions.delete(former);
  }

  #isLetGo(act: LedgerAct): void {
    act.letGoAt ??= this.#clock.now();
  }

  #updated(id: string, update: ActUpdate): void {
    const act = this.acts.get(id);
    if (!act) return;
    // Where a write failed, what was refused to the window stands before staff all the same, and they may decide on it.
    if (update.state === 'waiting' && (act.state === 'conflict' || act.state === 'refused'))
      act.letGoAt = undefined;
    act.state = update.state ?? act.state;
    if (update.state === 'conflict' || update.state === 'refused') act.parked = true;
    if (update.state === 'withdrawn' && (this.#lettingGo.has(id) || !act.saved)) this.#isLetGo(act);
    const decisions = this.#decisions.get(id) ?? [];
    const { state, changes } = update;
    const decision = decisions.find((one) => isDeepStrictEqual(differing(one), changes));
    if (state !== 'waiting' || !changes || !decision) return;
    this.#decisions.set(
      id,
      decisions.filter((one) => one !== decision),
    );
    act.wanted = changes;
    saw(act, decision.shown);
  }
}

/** What is left to be written of a decision. */
const differing = ({ changes, shown }: Decision): FieldValues =>
  Object.fromEntries(
    Object.entries(changes).filter(([field, value]) => !isDeepStrictEqual(value, shown[field] ?? null)),
  );

function saw(act: LedgerAct, values: FieldValues): void {
  for (const [field, value] of Object.entries(values))
    act.seen.set(field, [...(act.seen.get(field) ?? []), value]);
}
