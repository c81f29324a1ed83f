// net: fetch and whether the machine has a network.
import { networkInterfaces } from 'node:os';
import { emulation } from '../not-emulated.ts';
import { app } from './app.ts';
import { defaultSession } from './session.ts';

class NetHost extends emulation('net') {
  fetch(input: string | Request, init?: RequestInit): Promise<Response> {
    if (!app.isReady()) return Promise.reject(new Error('net.fetch() can only be used after app is ready'));
    return defaultSession.fetch(input, init);
  }
  isOnline(): boolean {
    return Object.values(networkInterfaces())
      .flat()
      .some((address) => address?.internal === false);
  }
  get online(): boolean {
    return this.isOnline();
  }
}

export const net = new NetHost() satisfies Record<'fetch' | 'isOnline' | 'online', unknown>;
