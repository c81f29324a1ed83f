// Koha behind the port CentralServer: one history for ever, marks by its clock, sign-in by password or API key.
import { isDeepStrictEqual } from 'node:util';
import type { Clock } from '../../../shared/clock.ts';
import type { Random } from '../../../shared/random.ts';
import type { LibraryName } from '../../../shared/library.ts';
import { isSomebodyElse } from '../../../shared/patrons/patron.ts';
import { DELETE_PATRON } from '../../../shared/permissions.ts';
import type { KohaPolicy } from '../../policy/koha-policy.ts';
import { Failure, isFailure } from '../../support/failure.ts';
import type { Timers } from '../../support/system.ts';
import type { ActSender, CentralServer, CentralSession, Credentials, Marks } from '../central-server.ts';
import type { Transport } from '../transport.ts';
import { KeyAuthorization } from './authorization.ts';
import { BlockWatch } from './block-watch.ts';
import { capabilitiesOf } from './capabilities.ts';
import { Countries } from './countries.ts';
import { DeletionCheck } from './deletion-check.ts';
import { KohaDescription } from './description.ts';
import { Gentle } from './gentle.ts';
import { KohaHttp } from './http.ts';
import { KohaIds } from './ids.ts';
import { KohaSession } from './koha-session.ts';
import { OWN_LIBRARY, publicLibraries, readLibrary } from './library.ts';
import { registrationOf } from './patron.ts';
import { KohaReads } from './reads.ts';
import { askRights } from './rights.ts';
import { signIn } from './sign-in.ts';
import { grantedTo, mayComeIn } from './staff-rights.ts';
import { Titles } from './titles.ts';
import { textOf } from './values.ts';
import { viewOf } from './view.ts';

export interface KohaServerParts {
  address: string;
  transport: Transport;
  policy: KohaPolicy;
  /** The copy is to hold patrons of this branch only. */
  branch: string | undefined;
  /** The API key's secret, read when it's needed. */
  readSecret: (file: string) => string;
  clock: Clock;
  random: Random;
  timers: Timers;
}

/** It is large: staff who sign in more often than this don't ask for it each time. */
const DESCRIBED_MS = 3_600_000;

export class KohaServer implements CentralServer {
  readonly address: string;
  readonly #parts: KohaServerParts;
  readonly #http: KohaHttp;
  readonly #key: KeyAuthorization | undefined;
  readonly #ids: KohaIds;
  readonly #countries: Countries;
  /** By the library whose copy they go through. */
  readonly #deletions = new Map<string, DeletionCheck>();
  /** By what an account sees: nobody is shown a title because a colleague saw it. */
  readonly #titles = new Map<string, Titles>();
  readonly #blockWatch: BlockWatch;
  #description: Promise<KohaDescription> | undefined;
  #describedAt = 0;

  constructor(parts: KohaServerParts) {
    const { address, transport, policy, clock, readSecret } = parts;
    this.#parts = parts;
    this.address = address;
    this.#http = new KohaHttp(transport, new Gentle(parts), clock);
    this.#ids = new KohaIds(address);
    this.#countries = new Countries(policy.countryNames);
    const { keptAs, attribute } = policy.block;
    this.#blockWatch = new BlockWatch(clock, keptAs === 'attribute' ? attribute : undefined);
    const { apiKey } = policy;
    this.#key =
      apiKey && new KeyAuthorization(this.#http, apiKey.clientId, () => readSecret(apiKey.secretFile));
  }

  async libraries(): Promise<LibraryName[]> {
    const libraries = await publicLibraries(this.#http);
    return libraries.length > 0 ? libraries : [{ id: OWN_LIBRARY, name: new URL(this.address).host }];
  }

  /** Koha has one history, and nothing that is told once is taken back. */
  async marks(): Promise<Marks> {
    const answered = await this.#http.lookThere('/libraries');
    return { epoch: this.#epoch, head: answered, durable: answered };
  }

  async signIn(credentials: Credentials): Promise<CentralSession> {
    const { policy, clock, branch } = this.#parts;
    const description = await this.#describe();
    const parts = { http: this.#http, description, policy };
    const { api, record, time } = await signIn(credentials, { ...parts, key: this.#key });
    const rights = await askRights(api, record.patron_id);
    const [library, view] = await Promise.all([
      readLibrary({ ...parts, api, maySee: !rights.titles }, record, credentials.library),
      viewOf(api, rights, policy.apiKey?.clientId ?? String(record.patron_id), description),
    ]);
    const titles = this.#titles.get(view.name) ?? new Titles(description);
    this.#titles.set(view.name, titles);
    const around = { library, ids: this.#ids, countries: this.#countries, policy };
    const registered = registrationOf(record);
    const mayRead = {
      ...{ loans: !rights.loans, holds: !rights.holds, debts: !rights.debts },
      titles: !rights.titles,
    };
    return new KohaSession({
      ...{ api, description, around, clock, branch },
      staff: {
        id: this.#ids.id('patron', record.patron_id),
        username: textOf(record.userid) || credentials.username,
        name: registered.name,
        since: registered.createdAt,
      },
      account: {
        username: textOf(record.userid),
        cardNumber: textOf(record.cardnumber),
        category: record.category_id,
      },
      withKey: this.#key !== undefined,
      isAsBefore: (now) =>
        textOf(now.userid) === textOf(record.userid) &&
        !isSomebodyElse(registered, registrationOf(now)) &&
        mayComeIn(now, policy) &&
        isDeepStrictEqual(grantedTo(now, policy), grantedTo(record, policy)),
      permissions: grantedTo(record, policy).filter((one) => one !== DELETE_PATRON || !rights.deleting),
      capabilities: capabilitiesOf(description, rights, policy),
      view,
      clockDistance: Math.round((time.sent + time.answered) / 2) - clock.now(),
      reads: new KohaReads({ api, description, titles, around, rights: mayRead, clock }),
      epoch: this.#epoch,
      deletions: this.#deletionsFrom(library.id),
      blockWatch: this.#blockWatch,
    });
  }

  /** There is no token: whoever comes back signs in. */
  resume(): Promise<CentralSession> {
    return Promise.reject(new Failure({ code: 'signedOut' }));
  }

  pushWith(): ActSender {
    return { send: () => Promise.reject(new Failure({ code: 'signedOut' })) };
  }

  get #epoch(): string {
    return `koha:${this.address}`;
  }

  #deletionsFrom(library: string): DeletionCheck {
    const { clock, policy } = this.#parts;
    const check = this.#deletions.get(library) ?? new DeletionCheck(clock, policy.checkDeletionsHours);
    this.#deletions.set(library, check);
    return check;
  }

  /** What it says it can do; asked again where that failed, and by a later sign-in: it may be another version by then. */
  #describe(): Promise<KohaDescription> {
    const now = this.#parts.clock.now();
    if (Math.abs(now - this.#describedAt) > DESCRIBED_MS) this.#description = undefined;
    if (!this.#description) this.#describedAt = now;
    this.#description ??= KohaDescription.read(this.#http).catch((thrown: unknown) => {
      this.#description = undefined;
      throw isFailure(thrown, 'serverRubbish', 'patronUnseen')
        ? new Failure({ code: 'serverUnknown' }, thrown)
        : thrown;
    });
    return this.#description;
  }
}
