// Whether the central server can be reached, as each request finds out.
export class Reachability {
  readonly #onChanged: (online: boolean) => void;
  #online = true;

  constructor(onChanged: (online: boolean) => void) {
    this.#onChanged = onChanged;
  }

  get online(): boolean {
    return this.#online;
  }

  readonly heard = (reachable: boolean): void => {
    if (reachable === this.#online) return;
    this.#online = reachable;
    this.#onChanged(reachable);
  };
}
