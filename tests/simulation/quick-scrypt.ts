// Slow hashes at next to no cost, and done by the time they are asked for: how slow they are has no bearing on sync, and
// work on another thread would end at a moment that no seed decides. To be imported before anything that hashes.
import crypto, { type BinaryLike, type ScryptOptions } from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';

const slow = crypto.scryptSync;
const quick = (secret: BinaryLike, salt: BinaryLike, length: number, cost?: ScryptOptions) =>
  slow(secret, salt, length, { ...cost, N: 2 });

type Done = (error: Error | null, hash: Buffer) => void;

crypto.scryptSync = quick;
crypto.scrypt = ((
  secret: BinaryLike,
  salt: BinaryLike,
  length: number,
  ...rest: [Done] | [ScryptOptions, Done]
) => {
  const [done] = rest.slice(-1) as [Done];
  const hash = quick(secret, salt, length, rest.length === 2 ? rest[0] : undefined);
  queueMicrotask(() => done(null, hash));
}) as typeof crypto.scrypt;
syncBuiltinESMExports();
