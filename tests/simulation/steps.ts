// Every statement that desk and server give to SQLite is a step: before and after it a process may die, and a disk may
// fail. The real methods do the work; whoever is watched is told of each.
import { EncryptedFile } from '../../electron/cache/encrypted-file.ts';
import { Store } from '../../server/store/store.ts';

export interface Watcher {
  /** May throw. `writes`: the statement is about to change the file. */
  step(writes: boolean): void;
}

/** The process that a thread or a server runs in is no more. Nobody hears of it. */
export class Killed extends Error {}

const watchers: { desk: Watcher | undefined; server: Watcher | undefined } = {
  desk: undefined,
  server: undefined,
};

/** Until the next happening the steps in a desk's files, or in the server's, are this one's. */
export function watch(side: keyof typeof watchers, whom: Watcher): void {
  watchers[side] = whom;
}

export function watchNobody(): void {
  watchers.desk = undefined;
  watchers.server = undefined;
}

const WRITES = /^\s*(INSERT|UPDATE|DELETE|CREATE|DROP|VACUUM)/i;

function stepped<A extends unknown[], R>(
  side: keyof typeof watchers,
  writes: (...args: A) => boolean,
  work: (...args: A) => R,
) {
  return function (this: unknown, ...args: A): R {
    watchers[side]?.step(writes(...args));
    const result = work.apply(this, args);
    watchers[side]?.step(false);
    return result;
  };
}

const bySql = (sql: string) => WRITES.test(sql);
const never = () => false;
const always = () => true;

/** For the rest of the process: a simulation has it to itself. */
export function takeSteps(): void {
  const desk = EncryptedFile.prototype;
  desk.row = stepped('desk', bySql, desk.row) as typeof desk.row;
  desk.rows = stepped('desk', bySql, desk.rows) as typeof desk.rows;
  desk.run = stepped('desk', bySql, desk.run);
  desk.execute = stepped('desk', bySql, desk.execute);
  desk.together = stepped<[() => unknown], unknown>('desk', never, desk.together) as typeof desk.together;
  desk.truncateLog = stepped('desk', always, desk.truncateLog);
  const server = Store.prototype;
  server.row = stepped('server', bySql, server.row) as typeof server.row;
  server.rows = stepped('server', bySql, server.rows) as typeof server.rows;
  server.run = stepped('server', bySql, server.run);
  server.together = stepped<[() => unknown], unknown>(
    'server',
    never,
    server.together,
  ) as typeof server.together;
}
