// Chromium's network errors as Electron reports them: a negative number and a name.

const CODES: Record<string, number> = {
  ERR_FAILED: -2,
  ERR_ABORTED: -3,
  ERR_INVALID_ARGUMENT: -4,
  ERR_FILE_NOT_FOUND: -6,
  ERR_TIMED_OUT: -7,
  ERR_UNEXPECTED: -9,
  ERR_ACCESS_DENIED: -10,
  ERR_BLOCKED_BY_CLIENT: -20,
  ERR_BLOCKED_BY_RESPONSE: -27,
  ERR_CONNECTION_CLOSED: -100,
  ERR_CONNECTION_REFUSED: -102,
  ERR_NAME_NOT_RESOLVED: -105,
  ERR_INTERNET_DISCONNECTED: -106,
  ERR_ADDRESS_UNREACHABLE: -109,
  ERR_INVALID_URL: -300,
  ERR_UNKNOWN_URL_SCHEME: -302,
  ERR_INVALID_RESPONSE: -320,
};

/** The number of `net::ERR_…`; -2, a general failure, for one that isn't listed. */
export const netErrorCode = (name: string): number => CODES[name.replace('net::', '')] ?? -2;

/** What loadURL rejects with. */
export class LoadError extends Error {
  readonly errno: number;
  readonly code: string;
  readonly url: string;

  constructor(name: string, url: string) {
    const code = name.replace('net::', '');
    super(`${code} (${netErrorCode(name)}) loading '${url.slice(0, 2048)}'`);
    this.errno = netErrorCode(name);
    this.code = code;
    this.url = url;
  }
}
