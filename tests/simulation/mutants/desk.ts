// Mistakes that the desk could make.
import type { Mutant } from './mutant.ts';

const PUSH = 'electron/sync/push.ts';
const SYNC = 'electron/sync/sync.ts';
const OUTBOX = 'electron/cache/outbox.ts';
const SHADOW = 'electron/cache/shadow.ts';

export const deskMutants: Mutant[] = [
  {
    name: 'a new id and key at every retry',
    replacements: [
      {
        file: PUSH,
        from: 'const { id, key, patronId, deed, tag } = act;',
        to: 'const { patronId, deed, tag } = act; const [id, key] = [this.#parts.newKey(), this.#parts.newKey()];',
      },
    ],
    faults: ['answerLost', 'lineCut'],
  },
  {
    name: 'a 412 drops the act',
    replacements: [
      {
        file: PUSH,
        from: "await this.#update(act, { state: 'conflict', conflict",
        to: "await this.#update(act, { state: 'withdrawn', conflict",
      },
    ],
    faults: ['lineCut'],
  },
  {
    name: 'a 403 drops the act',
    replacements: [
      {
        file: PUSH,
        from: "await this.#update(act, { state: 'refused', refusal: refusalSchema.parse(outcome) });",
        to: "await this.#update(act, { state: 'withdrawn', refusal: refusalSchema.parse(outcome) });",
      },
    ],
    faults: ['lineCut', 'permissionWithdrawn'],
  },
  {
    name: 'the last writer wins',
    replacements: [{ file: PUSH, from: 'if (conflicts.length > 0) {', to: 'if (conflicts.length > 99) {' }],
    faults: ['lineCut'],
  },
  {
    name: 'a later edit goes on from an answer whose values nobody saw',
    replacements: [
      {
        file: PUSH,
        from: 'if (mergeEdit(baseOf(act), act.changes ?? deed.changes, saved.values).conflicts.length > 0) continue;',
        to: '',
      },
    ],
    faults: ['lineCut', 'delayed'],
  },
  {
    name: 'an edit over an own waiting one takes the tag of the copy',
    replacements: [
      {
        file: 'electron/cache/overlay.ts',
        from: 'const tag = `laid-over.${act.id}`;',
        to: 'const { tag } = patron.sections[section];',
      },
    ],
    faults: ['lineCut', 'delayed', 'answerLost'],
    desks: 4,
  },
  {
    name: 'acts of one patron go out side by side',
    replacements: [
      { file: PUSH, from: 'const whose = `${act.library}/${act.patronId}`;', to: 'const whose = act.id;' },
    ],
    faults: ['lineCut', 'overtaken', 'delayed'],
  },
  {
    name: 'two senders at once, each of which makes its own keys after a merge',
    replacements: [
      {
        file: SYNC,
        from: 'readonly push: () => Promise<void> = singleFlight(async () => {',
        to: 'readonly push: () => Promise<void> = ((work: () => Promise<void>) => work)(async () => {',
      },
      {
        file: PUSH,
        from: 'if (!(await this.#parts.store.update(act.id, update, PENDING))) throw new Withdrawn();',
        to: 'await this.#parts.store.update(act.id, update);',
      },
    ],
    faults: ['overtaken', 'delayed', 'deskKilledAtAwait'],
    desks: 5,
  },
  {
    name: 'whoever is signed in sends what others did',
    replacements: [
      {
        file: SYNC,
        from: 'const own = central && isSamePerson(central.staff, act.staff) && central.library.id === act.library;',
        to: 'const own = central?.library.id === act.library;',
      },
    ],
    faults: ['lineCut', 'deskKilled'],
  },
  {
    name: 'an act whose answer is unknown is taken for done after a restart',
    replacements: [
      {
        file: OUTBOX,
        from: "acts: this.acts(['waiting', 'sent', 'conflict', 'refused'])",
        to: "acts: this.acts(['waiting', 'conflict', 'refused'])",
      },
    ],
    faults: ['answerLost', 'requestLost', 'deskKilled'],
  },
  {
    name: "acts go out in the order of the desk's clock",
    replacements: [
      {
        file: OUTBOX,
        from: 'WHERE state IN (${placeholders(states)}) ORDER BY sequence`',
        to: "WHERE state IN (${placeholders(states)}) ORDER BY record ->> 'actedAt'`",
      },
    ],
    faults: ['lineCut', 'clockSetBack'],
  },
  {
    name: 'what was confirmed in another history is not sent again',
    replacements: [
      {
        file: OUTBOX,
        from: 'AND library = ? AND epoch IS NOT ? ORDER BY',
        to: 'AND library = ? AND epoch IS NOT ? AND 0 ORDER BY',
      },
    ],
    faults: ['serverRestored'],
  },
  {
    name: 'a confirmed act is forgotten before a backup holds it',
    replacements: [
      {
        file: SYNC,
        from: 'await store.forgetDurable(central.library.id, marks.epoch, marks.durable);',
        to: 'await store.forgetDurable(central.library.id, marks.epoch, marks.head);',
      },
    ],
    faults: ['serverRestored'],
  },
  {
    name: 'the position is stored before the page',
    replacements: [
      {
        file: SHADOW,
        from: '    this.#file.together(() => {\n      for (const change of changes) {',
        to: "    this.#file.run('UPDATE library SET live_position = ? WHERE code = ?', position, code);\n    this.#file.together(() => {\n      for (const change of changes) {",
      },
    ],
    faults: ['deskKilledAtStep', 'writeFailed', 'diskFull'],
  },
  {
    name: 'tombstones are skipped',
    replacements: [{ file: SHADOW, from: 'live.remove(change.patronId);', to: '' }],
    faults: ['patronDeleted'],
  },
  {
    name: 'a look is forgotten before the server has it',
    replacements: [
      {
        file: SYNC,
        from: 'const marks = await central.logEvents(act, epoch, events);',
        to: 'await store.logEventsTaken(events.map((event) => event.id), epoch, 0);\n      const marks = await central.logEvents(act, epoch, events);',
      },
    ],
    faults: ['requestLost', 'lineCut', 'serverKilled', 'deskKilled'],
  },
  {
    name: 'a look is forgotten once the server has it',
    replacements: [
      {
        file: OUTBOX,
        from: "WHERE record ->> 'library' = ? AND epoch IS NOT ?\n      ORDER BY sequence LIMIT ?`",
        to: "WHERE record ->> 'library' = ? AND epoch IS NULL AND ? IS NOT NULL\n      ORDER BY sequence LIMIT ?`",
      },
    ],
    faults: ['serverRestored'],
  },
  {
    name: "a deleted patron's waiting acts are emptied too",
    replacements: [
      {
        file: OUTBOX,
        from: ".filter(({ state, wiped }) => (state === 'confirmed' || state === 'withdrawn') && !wiped);",
        to: '.filter(({ wiped }) => !wiped);',
      },
    ],
    faults: ['patronDeleted', 'lineCut'],
  },
  {
    name: 'saved is said before it is so',
    replacements: [
      {
        file: 'electron/patrons/saving.ts',
        from: 'const act = await store.append(this.newAct(about, deed, present));',
        to: 'const act = { ...this.newAct(about, deed, present), sequence: 0, wiped: false };\n    store.append(act).catch(() => undefined);',
      },
    ],
    faults: ['diskFull', 'writeFailed', 'lineCut'],
  },
  {
    name: 'who decides last decides, whatever went out meanwhile',
    replacements: [
      {
        file: OUTBOX,
        from: 'return !onlyIn || onlyIn.includes(act.state) ?',
        to: 'return !onlyIn || act.state ?',
      },
    ],
    faults: ['lineCut', 'permissionWithdrawn', 'permissionGiven'],
  },
];
