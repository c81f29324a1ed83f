// What is true at a library's server, whichever it is, as a colleague at another desk finds it. Tests of the manual page
// ask this, so that they run on each kind of server.
import type { Library } from '../../shared/library.ts';
import type { Obstacles, Patron } from '../../shared/patrons/patron.ts';

export interface AtServer {
  readonly library: Library;
  patron(patronId: string): Promise<Patron>;
  /** The first patron that `fits`; fails where the made-up data has none. */
  patronWho(fits: (patron: Patron) => boolean): Promise<Patron>;
  isGone(patronId: string): Promise<boolean>;
  /** Patrons of this library whom the other one knows, too. */
  idsKnownElsewhere(): Promise<string[]>;
  isThereElsewhere(patron: Patron): Promise<boolean>;
  isBlockedElsewhere(patron: Patron): Promise<boolean>;
  /** The services that the server itself refuses to the patron here, in the order of the alphabet. */
  refusedServices(patron: Patron): Promise<string[]>;
  signsInWith(patron: Patron, pin: string): Promise<boolean>;
  payDebts(patron: Patron): Promise<void>;
  /** How many exports the server's log has; undefined where it keeps none. */
  exportsLogged(patron: Patron): Promise<number | undefined>;
  /** What stood in the way; undefined where the patron was deleted. */
  tryToDelete(patron: Patron): Promise<Obstacles | undefined>;
}
