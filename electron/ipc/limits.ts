// How much and how often a window may ask. The numbers are far above what the fastest member of staff brings about
// (docs/decisions/0072), and low enough that a page that was taken over can't flood the desk or the server.
import type { RequestName } from '../../shared/ipc/contract.ts';
import { SAY_AGAIN_MS } from '../support/log.ts';

/** So many at once, and from then on so many a second. */
interface Allowance {
  burst: number;
  perSecond: number;
}

const EVERYTHING: Allowance = { burst: 400, perSecond: 100 };
/** Requests that cost more, or bring more about, than to read what is on the desk. */
const COSTLY: Partial<Record<RequestName, Allowance>> = {
  'session.signIn': { burst: 10, perSecond: 0.5 },
  'session.beginAnew': { burst: 3, perSecond: 0.1 },
  // It asks an address that a page names.
  'session.chooseServer': { burst: 10, perSecond: 0.5 },
  // Again and again they would keep staff from signing in, or out.
  'session.lock': { burst: 5, perSecond: 0.2 },
  'window.hide': { burst: 10, perSecond: 0.5 },
  'session.libraries': { burst: 20, perSecond: 1 },
  // A first fill brings a list of hits up to date with each of its pages.
  'patrons.search': { burst: 200, perSecond: 60 },
  'patrons.open': { burst: 20, perSecond: 2 },
  // Each card of a queue, by the quickest scanner and hand.
  'scan.find': { burst: 20, perSecond: 2 },
  'scan.open': { burst: 20, perSecond: 2 },
  // Asks the server where the copy doesn't hold the patron.
  'patron.read': { burst: 60, perSecond: 10 },
  'patron.openOutside': { burst: 10, perSecond: 0.5 },
  'patron.openLinked': { burst: 20, perSecond: 2 },
  'patron.guarantors': { burst: 40, perSecond: 4 },
  'patron.notifications': { burst: 20, perSecond: 2 },
  'patron.agreements': { burst: 20, perSecond: 2 },
  'patron.saveSection': { burst: 20, perSecond: 1 },
  'patron.decide': { burst: 20, perSecond: 1 },
  'patron.block': { burst: 10, perSecond: 0.5 },
  'patron.unblock': { burst: 10, perSecond: 0.5 },
  'patron.setPin': { burst: 10, perSecond: 0.2 },
  'patron.delete': { burst: 10, perSecond: 0.2 },
  'patron.download': { burst: 10, perSecond: 0.2 },
  'patron.showFile': { burst: 10, perSecond: 0.5 },
  'sync.retry': { burst: 100, perSecond: 5 },
  'sync.withdraw': { burst: 100, perSecond: 5 },
  'sync.now': { burst: 20, perSecond: 1 },
  // Written to the disk before it is answered.
  'preferences.choose': { burst: 20, perSecond: 2 },
  'window.toSearch': { burst: 20, perSecond: 2 },
};

interface Bucket {
  left: number;
  at: number;
}

/** Counts what each window asks. A window is whatever object stands for it; what it was is forgotten with it. */
export class Pace {
  readonly #now: () => number;
  readonly #buckets = new WeakMap<object, Map<string, Bucket>>();

  /** `now` in ms, by a clock that nobody sets. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /**
   * Takes a request into account; answers how many ms it comes too early, or undefined where it may be answered. One
   * that the window may not make has no name here.
   */
  tooEarly(window: object, name: RequestName | undefined): number | undefined {
    const buckets = this.#buckets.get(window) ?? new Map<string, Bucket>();
    this.#buckets.set(window, buckets);
    const costly = name && COSTLY[name];
    const waits = [
      this.#take(buckets, '', EVERYTHING),
      ...(costly ? [this.#take(buckets, name, costly)] : []),
    ];
    const wait = Math.max(...waits);
    return wait > 0 ? wait : undefined;
  }

  #take(buckets: Map<string, Bucket>, name: string, { burst, perSecond }: Allowance): number {
    const now = this.#now();
    const before = buckets.get(name) ?? { left: burst, at: now };
    const left = Math.min(burst, before.left + ((now - before.at) / 1000) * perSecond);
    buckets.set(name, { left: left >= 1 ? left - 1 : left, at: now });
    return left >= 1 ? 0 : Math.ceil(((1 - left) / perSecond) * 1000);
  }
}

/** Where the log has what a window failed at. What is alike within seconds is found where the first one is. */
export class References {
  readonly #new: () => string;
  readonly #now: () => number;
  readonly #logged = new WeakMap<object, Map<string, { reference: string; at: number }>>();

  /** `now` in ms, by a clock that nobody sets. */
  constructor(newReference: () => string, now: () => number) {
    this.#new = newReference;
    this.#now = now;
  }

  of(window: object, alike: string): { reference: string; isNews: boolean } {
    const logged = this.#logged.get(window) ?? new Map<string, { reference: string; at: number }>();
    this.#logged.set(window, logged);
    const now = this.#now();
    const before = logged.get(alike);
    if (before && now - before.at < SAY_AGAIN_MS) return { reference: before.reference, isNews: false };
    const reference = this.#new();
    logged.set(alike, { reference, at: now });
    return { reference, isNews: true };
  }
}
