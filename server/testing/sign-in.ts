// Signing in and refreshing, whatever comes of it.
import type { TestNetwork } from './network.ts';

export const attempt = ({ central }: TestNetwork, username: string, password: string, desk: string) =>
  central.answer('signIn', {
    params: {},
    query: {},
    headers: {},
    body: { library: 'north', username, password, desk },
  });

export const refresh = ({ central }: TestNetwork, refreshToken: string) =>
  central.answer('refresh', { params: {}, query: {}, headers: {}, body: { refreshToken } });

export const deskId = (network: TestNetwork) => network.luck.id('2026-01-01T00:00:00Z');
