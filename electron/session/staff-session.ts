// Who is signed in at this desk. Tokens stay inside the port's session; windows only see names and permissions.
import { isDeepStrictEqual } from 'node:util';
import type { SessionState } from '../../shared/ipc/contract.ts';
import type { CentralServer, CentralSession, Credentials } from '../central/central-server.ts';
import { Failure, isFailure } from '../support/failure.ts';

/** The last library that staff signed in at, remembered across starts. */
export interface LastLibrary {
  read(): string | null;
  write(library: string): void;
}

export class StaffSession {
  readonly #server: CentralServer | undefined;
  readonly #lastLibrary: LastLibrary;
  readonly #onChanged: (state: SessionState) => void;
  #central: CentralSession | undefined;
  #expired = false;
  #told: SessionState | undefined;

  constructor(
    server: CentralServer | undefined,
    lastLibrary: LastLibrary,
    onChanged: (state: SessionState) => void,
  ) {
    this.#server = server;
    this.#lastLibrary = lastLibrary;
    this.#onChanged = onChanged;
  }

  get state(): SessionState {
    if (!this.#central) return { status: 'signedOut', lastLibrary: this.#lastLibrary.read() };
    const { staff, library, permissions } = this.#central;
    return { status: this.#expired ? 'expired' : 'signedIn', staff, library, permissions: [...permissions] };
  }

  libraries() {
    return this.#requireServer().libraries();
  }

  /** Signs in; `mayReplace` is asked before another member of staff takes over an expired session. */
  async signIn(credentials: Credentials, mayReplace: () => void): Promise<SessionState> {
    const central = await this.#requireServer().signIn(credentials);
    try {
      if (this.#central && this.#central.staff.id !== central.staff.id) mayReplace();
    } catch (thrown) {
      await endAtServer(central);
      throw thrown;
    }
    this.#central = central;
    this.#expired = false;
    this.#lastLibrary.write(credentials.library);
    return this.#tell();
  }

  async signOut(): Promise<SessionState> {
    const central = this.#central;
    this.#central = undefined;
    this.#expired = false;
    const state = this.#tell();
    if (central) await endAtServer(central);
    return state;
  }

  /** Does something as the member of staff who is signed in; notices when the server has ended the session. */
  async use<T>(work: (central: CentralSession) => Promise<T>): Promise<T> {
    const central = this.#central;
    if (!central) throw new Failure({ code: 'signedOut' });
    try {
      return await work(central);
    } catch (thrown) {
      if (isFailure(thrown, 'signedOut') && central === this.#central) this.#expired = true;
      throw thrown;
    } finally {
      // A refresh may have brought other permissions.
      if (central === this.#central && !isDeepStrictEqual(this.#told, this.state)) this.#tell();
    }
  }

  #tell(): SessionState {
    this.#told = this.state;
    this.#onChanged(this.#told);
    return this.#told;
  }

  #requireServer(): CentralServer {
    if (!this.#server) throw new Failure({ code: 'noServer' });
    return this.#server;
  }
}

async function endAtServer(central: CentralSession): Promise<void> {
  try {
    await central.end();
  } catch (thrown) {
    // Away or ended already: its tokens die by themselves, and this desk has forgotten them.
    if (!isFailure(thrown)) throw thrown;
  }
}
