// crashReporter: started only to keep reports on the machine; none is ever written here.
import { emulation, notEmulated } from '../not-emulated.ts';

class CrashReporterHost extends emulation('crashReporter') {
  readonly #parameters = new Map<string, string>();

  start(options: Electron.CrashReporterStartOptions): void {
    if (options.uploadToServer !== false) notEmulated('crashReporter.start', 'uploadToServer');
  }
  getUploadToServer(): boolean {
    return false;
  }
  addExtraParameter(key: string, value: string): void {
    this.#parameters.set(key, value);
  }
  removeExtraParameter(key: string): void {
    this.#parameters.delete(key);
  }
  getParameters(): Record<string, string> {
    return Object.fromEntries(this.#parameters);
  }
}

export const crashReporter = new CrashReporterHost();
