// The server that this desk works with: policy's, or the one that was chosen at first start. What it is, the desk finds
// out by asking it, once, and remembers, so that a start without the line knows it too. Which one staff chose stands in the
// desk's encrypted files, too: what was done at one server is not shown at another, nor sent there, unless policy says so.
import { Failure } from '../support/failure.ts';
import type { DeskStore } from '../cache/desk-store.ts';
import { recallOrRemember } from '../cache/remembered.ts';
import { isSafeAddress } from '../policy/policy.ts';
import type { ActSender, CentralServer, CentralSession, Credentials, Marks } from './central-server.ts';
import type { LibraryName } from '../../shared/library.ts';
import { addressOf, type ServerKind } from './recognise.ts';

type Files = Pick<DeskStore, 'recall' | 'remember'>;

const NAME = 'chosen server';

export interface ChosenServerParts {
  /** By policy; undefined where staff may choose. */
  address: string | undefined;
  kind: ServerKind | undefined;
  /** HTTP on this machine is fine, too. */
  development: boolean;
  /** What was found out before. An address that this desk may not speak to is none. */
  remembered: { address: string; kind: ServerKind } | null;
  remember: (chosen: { address: string; kind: ServerKind }) => void;
  recognise: (address: string) => Promise<ServerKind>;
  make: (address: string, kind: ServerKind) => CentralServer;
}

export class ChosenServer implements CentralServer {
  readonly #parts: ChosenServerParts;
  #address: string | undefined;
  #made: Promise<CentralServer> | undefined;

  constructor(parts: ChosenServerParts) {
    const { remembered } = parts;
    const mayBeUsed = remembered !== null && isSafeAddress(remembered.address, parts);
    this.#parts = { ...parts, remembered: mayBeUsed ? remembered : null };
    this.#address = parts.address ?? this.#parts.remembered?.address;
  }

  get address(): string {
    return this.#address ?? '';
  }

  /** Nobody has said yet where the server is. */
  get isToChoose(): boolean {
    return this.#address === undefined;
  }

  /** The desk's files are open: where they name another one than what is remembered beside them, staff choose again. */
  async bindTo(files: Files, onTrouble: (what: string, thrown: unknown) => void): Promise<void> {
    const address = this.#address;
    if (this.#parts.address !== undefined || address === undefined) return;
    if ((await recallOrRemember(files, NAME, address, onTrouble)) !== address) this.#address = undefined;
  }

  /**
   * At first start: takes the address once something that we know answers there; where these files name one, that one
   * alone.
   */
  async choose(typed: string, files: Files): Promise<ServerKind> {
    if (!this.isToChoose) throw new Failure({ code: 'requestRefused' });
    const address = addressOf(typed);
    if (address === undefined || !isSafeAddress(address, this.#parts))
      throw new Failure({ code: 'addressUnsafe' });
    const chosen = await files.recall(NAME);
    if (chosen !== undefined && addressOf(chosen) !== address)
      throw new Failure({ code: 'otherServer', address: chosen });
    const kind = this.#parts.kind ?? (await this.#parts.recognise(address));
    // Of two that were asked at once, the first that answered is the one: staff may have signed in there by now.
    if (!this.isToChoose) throw new Failure({ code: 'requestRefused' });
    this.#parts.remember({ address, kind });
    this.#address = address;
    this.#made = Promise.resolve(this.#parts.make(address, kind));
    await files.remember(NAME, address);
    return kind;
  }

  async libraries(): Promise<LibraryName[]> {
    return (await this.#server()).libraries();
  }

  async marks(): Promise<Marks> {
    return (await this.#server()).marks();
  }

  async signIn(credentials: Credentials): Promise<CentralSession> {
    return (await this.#server()).signIn(credentials);
  }

  async resume(token: string): Promise<CentralSession> {
    return (await this.#server()).resume(token);
  }

  pushWith(grant: string): ActSender {
    let sender: ActSender | undefined;
    return { send: async (act) => (sender ??= (await this.#server()).pushWith(grant)).send(act) };
  }

  #server(): Promise<CentralServer> {
    this.#made ??= this.#make().catch((thrown: unknown) => {
      this.#made = undefined;
      throw thrown;
    });
    return this.#made;
  }

  async #make(): Promise<CentralServer> {
    const { remembered, remember, recognise, make } = this.#parts;
    const address = this.#address;
    if (address === undefined) throw new Failure({ code: 'noServer' });
    const before = remembered?.address === address ? remembered.kind : undefined;
    const kind = this.#parts.kind ?? before ?? (await recognise(address));
    if (kind !== before) remember({ address, kind });
    return make(address, kind);
  }
}
