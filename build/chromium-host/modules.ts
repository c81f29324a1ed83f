// Makes `electron` resolve to the host, in the app's modules and in what Playwright evaluates.
import { registerHooks } from 'node:module';
import { pathToFileURL } from 'node:url';
import { join } from 'node:path';
import { notEmulated } from './not-emulated.ts';

const NAMES = new Set(['electron', 'electron/main', 'electron/common']);
const url = pathToFileURL(join(import.meta.dirname, 'electron-module.ts')).href;

export function provideElectron(): void {
  registerHooks({
    resolve(specifier, context, next) {
      if (NAMES.has(specifier)) return { url, format: 'module-typescript', shortCircuit: true };
      if (specifier === 'electron/renderer') notEmulated('renderer in the main process');
      return next(specifier, context);
    },
  });
}
