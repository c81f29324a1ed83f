// Puts the two scripts together that run in every page before its own: one for the page's world, one for the
// preload's. They're the sources of the functions beside this file, with their types taken out by Node.
import { readFileSync } from 'node:fs';
import { Script } from 'node:vm';
import { onDisplay } from '../chromium/running.ts';
import { prepareBridgePeer } from './bridge-peer.ts';
import { makeClone, type Base64 } from './clone.ts';
import { makeEmitterClass } from './emitter.ts';
import { isolatedWorld } from './isolated-world.ts';
import { HANDSHAKE, mainWorld } from './main-world.ts';
import { BINDING, DELIVER, type WorldOptions } from './messages.ts';
import { watchPage } from './page-watch.ts';

/** The page's own base64, which TypeScript's library doesn't know yet. */
const PAGE_BASE64 = `{ write: (bytes) => bytes.toBase64(), read: (text) => Uint8Array.fromBase64(text) }`;

const nodeBase64: Base64 = {
  write: (bytes) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64'),
  read: (text) => Buffer.from(text, 'base64'),
};

/** The host's half of what crosses to the preload. */
export const clone = makeClone(nodeBase64);

const PARTS = `const clone = (${makeClone.toString()})(${PAGE_BASE64});
const makePeer = (${prepareBridgePeer.toString()})();`;

export const pageScript = `(() => {
${PARTS}
(${mainWorld.toString()})(${JSON.stringify(HANDSHAKE)}, clone, makePeer);
})();`;

export interface PreloadScript {
  source: string;
  /** Why the preload's own code isn't in it: it can't be read, or isn't JavaScript. */
  error: Error | undefined;
}

const PARAMETERS = 'exports, require, module, process, global, Buffer, setImmediate, clearImmediate';

/** The preload's world, with the preload's code in it. */
export function preloadScript(
  preloadPath: string | undefined,
  process: Record<string, unknown>,
): PreloadScript {
  let preload = `(${PARAMETERS}) => {}`;
  let error: Error | undefined;
  if (preloadPath !== undefined) {
    try {
      const wrapped = `(function (${PARAMETERS}) {${readFileSync(preloadPath, 'utf8')}\n})`;
      // Compiled here to see that it is a whole function and no more.
      new Script(wrapped, { filename: preloadPath });
      preload = wrapped;
    } catch (thrown) {
      error = thrown instanceof Error ? thrown : new Error(String(thrown));
    }
  }
  const options: WorldOptions = {
    handshake: HANDSHAKE,
    binding: BINDING,
    deliver: DELIVER,
    preloadPath,
    process,
  };
  const source = `(() => {
${PARTS}
const tell = (${isolatedWorld.toString()})(${JSON.stringify(options)}, clone, makePeer, (${makeEmitterClass.toString()})(), ${preload});
(${watchPage.toString()})(tell, ${onDisplay});
})();
${preloadPath === undefined ? '' : `//# sourceURL=${preloadPath}`}`;
  return { source, error };
}
