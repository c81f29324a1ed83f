// In whose name Koha is asked: a librarian's own name and password, or an API key. The password is held in memory for as
// long as the session lasts, and nowhere else.
import { Failure } from '../../support/failure.ts';
import type { KohaHttp } from './http.ts';
import { tokenSchema } from './records.ts';
import { isRefusal } from './refusals.ts';

export interface Authorization {
  headers(): Promise<Record<string, string>>;
  /** Koha no longer takes it: answers whether there is a new one. */
  renew(): Promise<boolean>;
}

export function basicAuthorization(username: string, password: string): Authorization {
  const credentials = Buffer.from(`${username}:${password}`, 'utf8').toString('base64');
  return {
    headers: () => Promise.resolve({ authorization: `Basic ${credentials}` }),
    renew: () => Promise.resolve(false),
  };
}

/** OAuth2 client credentials: one token for everybody who works at this desk, fetched anew when it has ended. */
export class KeyAuthorization implements Authorization {
  readonly #http: KohaHttp;
  readonly #clientId: string;
  readonly #secret: () => string;
  #token: Promise<string> | undefined;

  constructor(http: KohaHttp, clientId: string, secret: () => string) {
    this.#http = http;
    this.#clientId = clientId;
    this.#secret = secret;
  }

  async headers(): Promise<Record<string, string>> {
    this.#token ??= this.#fetch();
    return { authorization: `Bearer ${await this.#token}` };
  }

  async renew(): Promise<boolean> {
    this.#token = this.#fetch();
    await this.#token;
    return true;
  }

  async #fetch(): Promise<string> {
    try {
      const form = {
        grant_type: 'client_credentials',
        client_id: this.#clientId,
        client_secret: this.#readSecret(),
      };
      const { value } = await this.#http.ask({ method: 'POST', path: '/oauth/token', form }, tokenSchema);
      return value.access_token;
    } catch (thrown) {
      this.#token = undefined;
      // A gateway's page says nothing of the key.
      if (isRefusal(thrown) && thrown.refused.words !== '')
        throw new Failure({ code: 'apiKeyRefused' }, thrown);
      throw thrown;
    }
  }

  #readSecret(): string {
    try {
      return this.#secret();
    } catch (thrown) {
      throw new Failure({ code: 'apiKeyRefused' }, thrown);
    }
  }
}
