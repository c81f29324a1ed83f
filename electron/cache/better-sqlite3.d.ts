// What the desk's encrypted files need of better-sqlite3 beyond what the server declares of it.
declare module 'better-sqlite3' {
  export interface Connection {
    /** Answers SQLite's result code. */
    key(key: Buffer): number;
    /** Whether tables that SQLite keeps for itself may be written. */
    unsafeMode(on: boolean): this;
    /** The decrypted pages. */
    serialize(): Buffer;
  }
}
