// The operating system's keyring by Electron's safeStorage, its asynchronous half only. The back end `basic_text`
// protects nothing, so it counts as none.
import { safeStorage } from 'electron';
import type { KeySealer } from './key.ts';

export const keyring: KeySealer = {
  async available() {
    const real = process.platform !== 'linux' || safeStorage.getSelectedStorageBackend() !== 'basic_text';
    return real && (await safeStorage.isAsyncEncryptionAvailable());
  },
  seal: (text) => safeStorage.encryptStringAsync(text),
  async unseal(sealed) {
    const { result, shouldReEncrypt } = await safeStorage.decryptStringAsync(Buffer.from(sealed));
    return { text: result, stale: shouldReEncrypt };
  },
};
