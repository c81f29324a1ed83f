// protocol: the app's own schemes. Electron's newer half only, handle(); the older register…() is not emulated.
import { addScheme } from '../chromium/addresses.ts';
import { emulation, notEmulated } from '../not-emulated.ts';

export type SchemeHandler = (request: Request) => Response | Promise<Response>;

type Emulated = 'registerSchemesAsPrivileged' | 'handle' | 'unhandle' | 'isProtocolHandled';

export class ProtocolHost extends emulation('protocol') implements Pick<Electron.Protocol, Emulated> {
  readonly #handlers = new Map<string, SchemeHandler>();
  readonly #privileged = new Set<string>();
  /** Set once the app is ready: privileges can't be given after. */
  isReady = false;

  registerSchemesAsPrivileged(schemes: Electron.CustomScheme[]): void {
    if (this.isReady) {
      throw new Error('protocol.registerSchemesAsPrivileged should be called before app is ready');
    }
    for (const { scheme, privileges } of schemes) {
      // In Chromium the pages are https: what that gives can't be taken from them.
      if (!privileges?.standard || !privileges.secure) {
        notEmulated('protocol.registerSchemesAsPrivileged', `${scheme}: only standard and secure schemes`);
      }
      if (privileges.bypassCSP) notEmulated('protocol.registerSchemesAsPrivileged', 'bypassCSP');
      this.#privileged.add(scheme);
      addScheme(scheme);
    }
  }

  handle(scheme: string, handler: SchemeHandler): void {
    if (!this.#privileged.has(scheme)) {
      notEmulated('protocol.handle', `${scheme}: only schemes that were registered as standard and secure`);
    }
    if (this.#handlers.has(scheme)) throw new Error(`Failed to register protocol: ${scheme}`);
    this.#handlers.set(scheme, handler);
  }

  unhandle(scheme: string): void {
    if (!this.#handlers.delete(scheme)) throw new Error(`Failed to unhandle protocol: ${scheme}`);
  }

  isProtocolHandled(scheme: string): boolean {
    return this.#handlers.has(scheme) || ['http', 'https', 'file', 'data', 'blob', 'about'].includes(scheme);
  }

  handlerOf(address: string): SchemeHandler | undefined {
    return this.#handlers.get(URL.parse(address)?.protocol.slice(0, -1) ?? '');
  }
}

export const protocol = new ProtocolHost();
