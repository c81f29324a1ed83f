// Mistakes that the central server could make.
import type { Mutant } from './mutant.ts';

const PERFORM = 'server/acts/perform.ts';
const ATTEMPTS = 'server/acts/attempts.ts';

export const serverMutants: Mutant[] = [
  {
    name: 'If-Match is judged before the key',
    replacements: [
      {
        file: PERFORM,
        from: '    const stored = this.#attempts.find(attempt.key);',
        to: `    let early: Outcome<unknown> | undefined;
    try {
      this.#store.together(() => {
        early = this.#take(call, attempt.act, actedAt);
        throw new Undo(refused('internal'));
      });
    } catch (error) {
      if (!(error instanceof Undo)) throw error;
    }
    if (early && !early.ok && early.name === 'stale-tag') return asAnswer(early);
    const stored = this.#attempts.find(attempt.key);`,
      },
    ],
    faults: ['answerLost', 'lineCut', 'duplicated'],
  },
  {
    name: 'permission is judged before the key',
    replacements: [
      {
        file: PERFORM,
        from: '    const stored = this.#attempts.find(attempt.key);',
        to: `    const { permission } = endpointOf(call.name);
    if (permission && !call.asker.permissions.includes(permission))
      return asAnswer(refused('not-permitted', { permission }));
    const stored = this.#attempts.find(attempt.key);`,
      },
    ],
    faults: ['answerLost', 'permissionWithdrawn', 'lineCut'],
  },
  {
    name: 'effect and key in two transactions',
    replacements: [
      {
        file: PERFORM,
        from: 'return this.#store.together(() => this.#inTransaction(call, attempt, actedAt));',
        to: 'return this.#inTransaction(call, attempt, actedAt);',
      },
    ],
    faults: ['serverKilledAtStep', 'serverDiskFull'],
  },
  {
    name: 'the change of the feed in a transaction of its own',
    replacements: [
      {
        file: 'server/patrons/acts.ts',
        from: "      log(context, found.value, 'blocked');\n      feed.moved(found.value.number);",
        to: "      log(context, found.value, 'blocked');\n      queueMicrotask(() => {\n        try {\n          feed.moved(found.value.number);\n        } catch {\n          // Killed in between.\n        }\n      });",
      },
    ],
    faults: ['serverKilledAtStep', 'serverKilled'],
  },
  {
    name: 'keys are forgotten after a day, and so is that the act was done',
    replacements: [
      {
        file: 'server/housekeeping.ts',
        from: 'Math.max(...kept.map((r) => r.attempts)) * DAY',
        to: 'DAY',
      },
      {
        file: ATTEMPTS,
        from: "WHERE answered_at < ?`,\n        moment,\n      );\n      this.#store.run(\n        'DELETE FROM applied_act",
        to: "WHERE answered_at < ? AND 0`,\n        moment,\n      );\n      this.#store.run(\n        'DELETE FROM applied_act",
      },
    ],
    faults: ['answerLost', 'tombstonesCollected', 'lineCut'],
  },
  {
    name: 'a refusal is not kept under its key',
    replacements: [
      {
        file: PERFORM,
        from: 'if (NOT_KEPT.has(refusal.name)) return answer;',
        to: 'if (refusal.name) return answer;',
      },
    ],
    faults: ['duplicated', 'permissionWithdrawn', 'permissionGiven', 'delayed'],
  },
  {
    name: 'the epoch is not compared at push',
    replacements: [
      {
        file: PERFORM,
        from: "if (headers.data[ACT_HEADERS.epoch] !== this.#history.epoch) return asAnswer(refused('other-epoch'));",
        to: '',
      },
    ],
    faults: ['serverRestored', 'lineCut'],
  },
  {
    name: 'the epoch is not compared at pull',
    replacements: [
      {
        file: 'server/patrons/feed.ts',
        from: "if (ask.epoch !== epoch) return refused('other-epoch');",
        to: '',
      },
      {
        file: 'electron/cache/shadow.ts',
        from: "if (row.live_epoch !== epoch) throw new Failure({ code: 'serverRestored' });",
        to: '',
      },
      {
        file: 'electron/cache/sqlite-store.ts',
        from: 'const position = this.#shadow.shownAt(library)?.epoch === epoch ? state.position : null;',
        to: 'const { position } = state;',
      },
    ],
    faults: ['serverRestored'],
  },
  {
    name: 'a restored database goes on in its old epoch',
    replacements: [
      {
        file: 'server/store/history.ts',
        from: 'if (sameHistory && row.is_backup === 0) return row.epoch;',
        to: 'if (noted || sameHistory) return row.epoch;',
      },
    ],
    faults: ['serverRestored'],
  },
  {
    name: 'a database copied back by hand goes on in its old epoch',
    replacements: [
      {
        file: 'server/store/history.ts',
        from: 'const sameHistory = noted?.epoch === row.epoch && noted.head <= row.head;',
        to: 'const sameHistory = noted?.epoch === row.epoch;',
      },
    ],
    faults: ['databaseCopiedBack'],
  },
  {
    name: 'an act may be done under two keys',
    replacements: [
      {
        file: PERFORM,
        from: 'const first = this.#attempts.applied(attempt.act);',
        to: 'const first = undefined as ReturnType<Attempts["applied"]>;',
      },
      { file: ATTEMPTS, from: "'INSERT INTO applied_act", to: "'INSERT OR REPLACE INTO applied_act" },
      {
        file: 'electron/sync/push.ts',
        from: "const sent = { state: 'sent', tries: act.tries + 1 } as const;",
        to: "const sent = { state: 'sent', tries: act.tries + 1, key: this.#parts.newKey() } as const;",
      },
    ],
    faults: ['answerLost', 'lineCut', 'delayed'],
  },
  {
    name: 'the permission is not looked at',
    replacements: [
      {
        file: PERFORM,
        from: 'if (permission && !call.asker.permissions.includes(permission))',
        to: 'if (permission && !call.asker)',
      },
    ],
    faults: ['permissionWithdrawn', 'lineCut'],
  },
  {
    name: 'an unblock lifts every block',
    replacements: [
      {
        file: 'server/patrons/acts.ts',
        from: 'flatMap(({ id }) => (named.has(id) ? [id] : []))',
        to: 'map(({ id }) => id).filter((_, __, all) => all.some((id) => named.has(id)))',
      },
    ],
    faults: ['lineCut'],
  },
  {
    name: 'a tag is a number without its history',
    replacements: [
      {
        file: 'server/patrons/record.ts',
        from: 'const tagOf = (row: { epoch: string; version: number }) => `${row.epoch}.${row.version}`;',
        to: 'const tagOf = (row: { epoch: string; version: number }) => `${row.version}`;',
      },
    ],
    faults: ['serverRestored', 'lineCut'],
  },
  {
    name: 'a repeat after the patron was deleted is answered as refused',
    replacements: [
      {
        file: 'server/patrons/acts.ts',
        from: "refused('patron-gone', { applied: true })",
        to: "refused('patron-gone')",
      },
    ],
    faults: ['answerLost', 'patronDeleted', 'lineCut', 'delayed'],
  },
  {
    name: 'deletions are forgotten, and the feed does not say so',
    replacements: [
      {
        file: 'server/patrons/feed.ts',
        from: "this.#store.run('UPDATE library SET floor = max(floor, ?) WHERE id = ?', last.position, library);",
        to: '',
      },
    ],
    faults: ['tombstonesCollected', 'patronDeleted'],
  },
  {
    name: 'durable is the newest backup',
    replacements: [
      {
        file: 'server/store/history.ts',
        from: 'export const RESTORABLE_BACKUPS = 2;',
        to: 'export const RESTORABLE_BACKUPS = 1;',
      },
      {
        file: 'server/store/history.ts',
        from: 'if (holdsDurable(row, lineage, noted)) return;',
        to: 'if (noted) return;',
      },
    ],
    faults: ['serverRestored'],
  },
];
