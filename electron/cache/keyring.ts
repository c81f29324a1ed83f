// The operating system's keyring by Electron's safeStorage, its asynchronous half only.
import { safeStorage } from 'electron';
import type { KeySealer } from './key.ts';

/**
 * Whether it was sealed with the key that is built into Chromium, which everybody knows. On Linux that one steps in where no
 * keyring answers, and Electron calls it encryption; elsewhere what the system seals begins so, too.
 */
const isSealedByNobody = (sealed: Buffer): boolean =>
  process.platform === 'linux' && sealed.subarray(0, 3).toString('latin1') === 'v10';

export const keyring: KeySealer = {
  async available() {
    if (!(await safeStorage.isAsyncEncryptionAvailable())) return false;
    return !isSealedByNobody(await safeStorage.encryptStringAsync('Circdesk'));
  },
  async seal(text) {
    const sealed = await safeStorage.encryptStringAsync(text);
    if (isSealedByNobody(sealed)) throw new Error('The keyring is away.');
    return sealed;
  },
  async unseal(sealed) {
    try {
      const { result, shouldReEncrypt } = await safeStorage.decryptStringAsync(Buffer.from(sealed));
      return { text: result, stale: shouldReEncrypt };
    } catch (thrown) {
      // Electron tells by words only that the key isn't lost.
      if (String(thrown).includes('temporarily unavailable')) return 'away';
      throw thrown;
    }
  },
};
