// The random key of the desk's files, sealed by the operating system's keyring and kept beside them: never in clear,
// not even for a moment.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Random } from '../../shared/random.ts';
import { readIfThere, writeDurably } from './durable-file.ts';
import { FILES } from './open-store.ts';

/** The keyring, or what stands in for it by policy. */
export interface KeySealer {
  available(): Promise<boolean>;
  seal(text: string): Promise<Uint8Array>;
  /** `stale`: what was sealed has to be sealed anew, since the keyring has a newer key. */
  unseal(sealed: Uint8Array): Promise<{ text: string; stale: boolean }>;
}

export type DeskKey =
  | { outcome: 'key'; key: Uint8Array }
  /** Nothing to seal with. */
  | { outcome: 'noKeyring' }
  /** The files are there, and the keyring that knew their key isn't, or is another: that is no damage. */
  | { outcome: 'forgotten' };

export const SEALED_KEY = 'key.sealed';
const KEY_BYTES = 32;

/** The key of a folder's files. Makes one where there are neither key nor files. */
export async function deskKey(folder: string, sealer: KeySealer, random: Random): Promise<DeskKey> {
  if (!(await sealer.available())) return { outcome: 'noKeyring' };
  const file = join(folder, SEALED_KEY);
  const sealed = readIfThere(file);
  if (sealed) {
    const { stale, ...known } = await unsealed(sealed, sealer);
    if (stale && known.outcome === 'key') writeDurably(file, await sealer.seal(hexOf(known.key)));
    return known;
  }
  if (holdsFiles(folder)) return { outcome: 'forgotten' };
  const key = random.bytes(KEY_BYTES);
  const fresh = await sealer.seal(hexOf(key));
  // A keyring that doesn't give back what it took would cost everything on the next start.
  const again = await unsealed(fresh, sealer);
  if (again.outcome !== 'key' || !Buffer.from(key).equals(again.key)) return { outcome: 'noKeyring' };
  writeDurably(file, fresh);
  return { outcome: 'key', key };
}

export const holdsFiles = (folder: string): boolean =>
  Object.values(FILES).some((name) => existsSync(join(folder, name)));

const hexOf = (key: Uint8Array) => Buffer.from(key).toString('hex');

async function unsealed(sealed: Uint8Array, sealer: KeySealer): Promise<DeskKey & { stale?: boolean }> {
  try {
    const { text, stale } = await sealer.unseal(sealed);
    const key = Buffer.from(text, 'hex');
    return key.length === KEY_BYTES
      ? { outcome: 'key', key: new Uint8Array(key), stale }
      : { outcome: 'forgotten' };
  } catch {
    return { outcome: 'forgotten' };
  }
}
