// The part of better-sqlite3 that is used. The package brings types of its own, but its "exports" hide them.
declare module 'better-sqlite3' {
  export interface Statement<Values extends unknown[]> {
    get(...values: Values): unknown;
    all(...values: Values): unknown[];
    run(...values: Values): { changes: number };
    pluck(): this;
  }
  export interface Transaction<T> {
    (): T;
    immediate(): T;
  }
  export interface Connection {
    prepare<Values extends unknown[] = unknown[]>(sql: string): Statement<Values>;
    transaction<T>(work: () => T): Transaction<T>;
    exec(sql: string): this;
    pragma(text: string, options?: { simple: boolean }): unknown;
    function(
      name: string,
      options: { deterministic: boolean },
      body: (...values: unknown[]) => unknown,
    ): this;
    /** `progress` answers how many pages the next step copies. */
    backup(file: string, options: { progress: () => number }): Promise<unknown>;
    close(): this;
  }
  const Database: new (file: string) => Connection;
  export default Database;
}
