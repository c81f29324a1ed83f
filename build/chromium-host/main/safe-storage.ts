// safeStorage, its asynchronous half: sealed with a key that stands in for the operating system's keyring.
// CHROMIUM_HOST_KEYRING=absent takes the keyring away: then, as on Linux, there is encryption still, with the key that is
// built into Chromium; CHROMIUM_HOST_KEYRING_DIR names where the keyring is.
import { createCipheriv, createDecipheriv, pbkdf2Sync, randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { emulation } from '../not-emulated.ts';
import { app } from './app.ts';

type Emulated = 'isAsyncEncryptionAvailable' | 'encryptStringAsync' | 'decryptStringAsync';

const VERSION = Buffer.from('v11');
const BUILT_IN = Buffer.from('v10');
/** Anybody's, not this host's alone: Chromium makes it so. */
const builtInKey = () => pbkdf2Sync('peanuts', 'saltysalt', 1, 16, 'sha1');
const BUILT_IN_IV = Buffer.alloc(16, ' ');
const NONCE = 12;
const TAG = 16;

const isPresent = () => process.env.CHROMIUM_HOST_KEYRING !== 'absent';

/** Each app's key of its own, for this user only, as a keyring has it. */
function keyringKey(): Buffer {
  const { CHROMIUM_HOST_KEYRING_DIR, XDG_DATA_HOME, HOME } = process.env;
  const data = XDG_DATA_HOME ?? join(HOME ?? homedir(), '.local', 'share');
  const folder = CHROMIUM_HOST_KEYRING_DIR ?? join(data, 'chromium-host-keyring');
  const file = join(folder, `${encodeURIComponent(app.getName())}.key`);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  try {
    writeFileSync(file, randomBytes(32), { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  return readFileSync(file);
}

class SafeStorageHost extends emulation('safeStorage') implements Pick<Electron.SafeStorage, Emulated> {
  async isAsyncEncryptionAvailable(): Promise<boolean> {
    await app.whenReady();
    return true;
  }

  async encryptStringAsync(plainText: string): Promise<Buffer> {
    await app.whenReady();
    if (!isPresent()) {
      const cipher = createCipheriv('aes-128-cbc', builtInKey(), BUILT_IN_IV);
      return Buffer.concat([BUILT_IN, cipher.update(plainText, 'utf8'), cipher.final()]);
    }
    const nonce = randomBytes(NONCE);
    const cipher = createCipheriv('aes-256-gcm', keyringKey(), nonce);
    const sealed = Buffer.concat([cipher.update(plainText, 'utf8'), cipher.final()]);
    return Buffer.concat([VERSION, nonce, sealed, cipher.getAuthTag()]);
  }

  async decryptStringAsync(encrypted: Buffer): Promise<Electron.DecryptStringAsyncReturnValue> {
    await app.whenReady();
    const version = encrypted.subarray(0, VERSION.length);
    try {
      if (version.equals(BUILT_IN)) {
        const decipher = createDecipheriv('aes-128-cbc', builtInKey(), BUILT_IN_IV);
        const opened = [decipher.update(encrypted.subarray(BUILT_IN.length)), decipher.final()];
        return { result: Buffer.concat(opened).toString('utf8'), shouldReEncrypt: isPresent() };
      }
      if (!version.equals(VERSION)) throw new Error('sealed by another version');
      if (!isPresent()) throw new Error('no keyring');
      const nonce = encrypted.subarray(VERSION.length, VERSION.length + NONCE);
      const decipher = createDecipheriv('aes-256-gcm', keyringKey(), nonce);
      decipher.setAuthTag(encrypted.subarray(-TAG));
      const opened = [decipher.update(encrypted.subarray(VERSION.length + NONCE, -TAG)), decipher.final()];
      return { result: Buffer.concat(opened).toString('utf8'), shouldReEncrypt: false };
    } catch (cause) {
      throw new Error('Error while decrypting the ciphertext provided to safeStorage.decryptStringAsync.', {
        cause,
      });
    }
  }
}

export const safeStorage = new SafeStorageHost();
