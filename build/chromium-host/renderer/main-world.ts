// The page's half of what the host adds: the far end of contextBridge, and window.open as Electron refuses it.
// Runs in every page before its own scripts, by its source: it must use nothing from outside itself.
import type { Clone } from './clone.ts';
import type { MakePeer } from './bridge-peer.ts';

export const HANDSHAKE = 'chromium-host-handshake';

export function mainWorld(handshake: string, clone: Clone, makePeer: MakePeer): void {
  const deepFreeze = (value: unknown): void => {
    if (
      value === null ||
      (typeof value !== 'object' && typeof value !== 'function') ||
      ArrayBuffer.isView(value)
    )
      return;
    if (Object.isFrozen(value)) return;
    Object.freeze(value);
    for (const member of Object.values(value)) deepFreeze(member);
  };

  window.addEventListener(
    handshake,
    (event) => {
      const channel = (event as MouseEvent).relatedTarget;
      if (!channel) return;
      event.stopImmediatePropagation();
      const peer = makePeer(channel, 'page', clone);
      peer.answer('expose', ({ key, written }: { key: string; written: unknown }) => {
        if (key in window)
          throw new Error('Cannot bind an API on top of an existing property on the window object');
        const api = peer.decode(written);
        deepFreeze(api);
        Object.defineProperty(window, key, {
          value: api,
          enumerable: true,
          writable: false,
          configurable: false,
        });
      });
      const nativeOpen = window.open.bind(window);
      const open = (url?: string | URL, target?: string, features?: string) => {
        if (/^_(self|parent|top)$/i.test(target ?? '')) return nativeOpen(url, target);
        const address = url === undefined || url === '' ? 'about:blank' : new URL(url, document.baseURI).href;
        peer.ask('open', { url: address, frameName: target ?? '', features: features ?? '' });
        return null;
      };
      Object.defineProperty(window, 'open', {
        value: open,
        enumerable: true,
        writable: true,
        configurable: true,
      });
    },
    { once: true },
  );
}
