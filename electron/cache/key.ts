// The random key of the desk's files, sealed by the operating system's keyring and kept beside them: never in clear,
// not even for a moment.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Random } from '../../shared/random.ts';
import type { Log } from '../support/log.ts';
import { readIfThere, writeDurably } from './durable-file.ts';
import { FILES } from './open-store.ts';

/** The keyring, or what stands in for it by policy. */
export interface KeySealer {
  available(): Promise<boolean>;
  seal(text: string): Promise<Uint8Array>;
  /** `stale`: what was sealed has to be sealed anew, since the keyring has a newer key. */
  unseal(sealed: Uint8Array): Promise<{ text: string; stale: boolean } | 'away'>;
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
export async function deskKey(
  folder: string,
  sealer: KeySealer,
  random: Random,
  log: Pick<Log, 'trouble'>,
): Promise<DeskKey> {
  if (!(await isThere(sealer, log))) return { outcome: 'noKeyring' };
  const file = join(folder, SEALED_KEY);
  const sealed = readIfThere(file);
  if (sealed) {
    const { stale, ...known } = await unsealed(sealed, sealer);
    if (stale && known.outcome === 'key') await sealAnew(file, known.key, sealer, log);
    return known;
  }
  if (holdsFiles(folder)) return { outcome: 'forgotten' };
  const key = random.bytes(KEY_BYTES);
  const fresh = await sealOf(key, sealer);
  if (!fresh) return { outcome: 'noKeyring' };
  writeDurably(file, fresh);
  return { outcome: 'key', key };
}

async function isThere(sealer: KeySealer, log: Pick<Log, 'trouble'>): Promise<boolean> {
  try {
    return await sealer.available();
  } catch (thrown) {
    log.trouble('asking for the keyring', thrown);
    return false;
  }
}

/** Undefined from a keyring that doesn't give back what it took: that would cost everything on the next start. */
async function sealOf(key: Uint8Array, sealer: KeySealer): Promise<Uint8Array | undefined> {
  const sealed = await sealer.seal(Buffer.from(key).toString('hex'));
  const again = await unsealed(sealed, sealer);
  return again.outcome === 'key' && Buffer.from(key).equals(again.key) ? sealed : undefined;
}

/** Where it can't be, the older seal stays, and is tried again at the next start. */
async function sealAnew(
  file: string,
  key: Uint8Array,
  sealer: KeySealer,
  log: Pick<Log, 'trouble'>,
): Promise<void> {
  try {
    const fresh = await sealOf(key, sealer);
    if (!fresh) throw new Error('The keyring gives back something else.');
    writeDurably(file, fresh);
  } catch (thrown) {
    log.trouble('sealing the key anew', thrown);
  }
}

export const holdsFiles = (folder: string): boolean =>
  Object.values(FILES).some((name) => existsSync(join(folder, name)));

async function unsealed(sealed: Uint8Array, sealer: KeySealer): Promise<DeskKey & { stale?: boolean }> {
  try {
    const opened = await sealer.unseal(sealed);
    if (opened === 'away') return { outcome: 'noKeyring' };
    const { text, stale } = opened;
    const key = Buffer.from(text, 'hex');
    return key.length === KEY_BYTES
      ? { outcome: 'key', key: new Uint8Array(key), stale }
      : { outcome: 'forgotten' };
  } catch {
    return { outcome: 'forgotten' };
  }
}
