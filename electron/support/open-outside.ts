// The only way out of the app: an address in the browser, and only at one of the places that policy names.
import { shell } from 'electron';
import { Failure } from './failure.ts';

/** `allowed` are origins, such as `https://library.example`. */
export async function openOutside(address: URL, allowed: readonly string[]): Promise<void> {
  if (!allowed.includes(address.origin)) throw new Failure({ code: 'requestRefused' }, 'origin not allowed');
  try {
    await shell.openExternal(address.href);
  } catch (thrown) {
    throw new Failure({ code: 'notOpened' }, thrown);
  }
}
