// safeStorage, its asynchronous half: sealed with a key that stands in for the operating system's keyring.
// CHROMIUM_HOST_KEYRING=absent takes the keyring away; CHROMIUM_HOST_KEYRING_DIR names where it is.
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { emulation } from '../not-emulated.ts';
import { app } from './app.ts';

type Emulated =
  'isAsyncEncryptionAvailable' | 'encryptStringAsync' | 'decryptStringAsync' | 'getSelectedStorageBackend';

const VERSION = Buffer.from('v11');
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
    return isPresent();
  }

  getSelectedStorageBackend() {
    return isPresent() ? ('gnome_libsecret' as const) : ('basic_text' as const);
  }

  async encryptStringAsync(plainText: string): Promise<Buffer> {
    await this.#check('encrypting');
    const nonce = randomBytes(NONCE);
    const cipher = createCipheriv('aes-256-gcm', keyringKey(), nonce);
    const sealed = Buffer.concat([cipher.update(plainText, 'utf8'), cipher.final()]);
    return Buffer.concat([VERSION, nonce, sealed, cipher.getAuthTag()]);
  }

  async decryptStringAsync(encrypted: Buffer): Promise<Electron.DecryptStringAsyncReturnValue> {
    await this.#check('decrypting');
    const refuse = (cause?: unknown) =>
      new Error('Error while decrypting the ciphertext provided to safeStorage.decryptStringAsync.', {
        cause,
      });
    if (!encrypted.subarray(0, VERSION.length).equals(VERSION)) throw refuse();
    const nonce = encrypted.subarray(VERSION.length, VERSION.length + NONCE);
    const decipher = createDecipheriv('aes-256-gcm', keyringKey(), nonce);
    try {
      decipher.setAuthTag(encrypted.subarray(-TAG));
      const sealed = encrypted.subarray(VERSION.length + NONCE, -TAG);
      const result = Buffer.concat([decipher.update(sealed), decipher.final()]).toString('utf8');
      return { result, shouldReEncrypt: false };
    } catch (error) {
      throw refuse(error);
    }
  }

  async #check(what: string): Promise<void> {
    if (await this.isAsyncEncryptionAvailable()) return;
    throw new Error(`Error while ${what} the text provided to safeStorage. Encryption is not available.`);
  }
}

export const safeStorage = new SafeStorageHost();
