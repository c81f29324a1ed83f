// Secrets: passwords and PINs are kept as scrypt hashes only, tokens as SHA-256 of something long and random.
import { createHash, scrypt, scryptSync, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import type { Random } from '../../shared/random.ts';

type Scrypt = (secret: string, salt: Uint8Array, length: number, cost: { N: number }) => Promise<Buffer>;
const scryptAsync = promisify(scrypt) as Scrypt;

const LENGTH = 32;
/** Work of a hash: about 50 ms on a desktop machine. */
export const USUAL_COST = 2 ** 14;

const written = (cost: number, salt: Uint8Array, hash: Uint8Array) =>
  ['scrypt', cost, Buffer.from(salt).toString('base64url'), Buffer.from(hash).toString('base64url')].join(
    '$',
  );

export async function hashSecret(secret: string, random: Random, cost = USUAL_COST): Promise<string> {
  const salt = random.bytes(16);
  return written(cost, salt, await scryptAsync(secret.normalize('NFC'), salt, LENGTH, { N: cost }));
}

export function hashSecretNow(secret: string, random: Random, cost = USUAL_COST): string {
  const salt = random.bytes(16);
  return written(cost, salt, scryptSync(secret.normalize('NFC'), salt, LENGTH, { N: cost }));
}

/** Where there is no hash to compare with, the same work is done, so that the time says nothing. */
export async function secretFits(
  secret: string,
  hash: string | undefined,
  cost = USUAL_COST,
): Promise<boolean> {
  const [, n, salt = '', kept = ''] = hash?.split('$') ?? [];
  const work = await scryptAsync(secret.normalize('NFC'), Buffer.from(salt, 'base64url'), LENGTH, {
    N: Number(n ?? cost),
  });
  const wanted = Buffer.from(kept, 'base64url');
  return wanted.length === LENGTH && timingSafeEqual(work, wanted);
}

/** Opaque, 256 bits; its first letter says what it is for. */
export const newToken = (kind: 'a' | 'r' | 'g', random: Random) =>
  `${kind}.${Buffer.from(random.bytes(32)).toString('base64url')}`;

export const tokenHash = (token: string) => createHash('sha256').update(token).digest('base64url');
