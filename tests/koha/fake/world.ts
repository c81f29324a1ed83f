// What a made-up Koha keeps: patrons with all their fields, attributes, loans, holds, account lines, and who may do what.
// Its methods are what others do at Koha meanwhile, at its own staff interface or at other desks.

export type Field = string | number | boolean | null;
export type PatronRow = Record<string, Field> & { patron_id: number; surname: string; library_id: string };

export interface AttributeRow {
  id: number;
  patron: number;
  type: string;
  value: string;
}
export interface CheckoutRow {
  checkout_id: number;
  patron_id: number;
  item_id: number;
  library_id: string;
  checkout_date: number;
  due_date: number;
  checkin_date: number | null;
  renewals_count: number;
}
export interface HoldRow {
  hold_id: number;
  patron_id: number;
  biblio_id: number;
  pickup_library_id: string;
  hold_date: string;
  status: string | null;
  priority: number;
  expiration_date: string | null;
}
export interface LineRow {
  account_line_id: number;
  patron_id: number;
  /** Below zero for credits. */
  amount: number;
  amount_outstanding: number;
  type: string;
  description: string;
  date: number;
}
/** A whole module, or some of its permissions. */
export type Flags = 'superlibrarian' | Record<string, true | string[]>;

export interface Settings {
  basic: boolean;
  publicApi: boolean;
  strongPasswords: boolean;
  minPasswordLength: number;
  /** No list gives more at a time, whatever is asked for. */
  mostPerPage: number;
  /** By which names an embedded attribute can be asked for; by others nobody is found. */
  attributeNames: 'own' | 'database';
  /** Which permissions its paths ask for, and what it shows of whom an account doesn't see. */
  version: '23.05' | '24.11' | 'main';
  /** Minutes that its local time is ahead of UTC. */
  offset: number;
}

/** Every field of a patron that Koha's document describes, but those that are only embedded. */
export const TEXT_FIELDS = (
  'address address2 altaddress_address altaddress_address2 altaddress_city altaddress_country altaddress_email ' +
  'altaddress_notes altaddress_phone altaddress_postal_code altaddress_state altaddress_street_number ' +
  'altaddress_street_type altcontact_address altcontact_address2 altcontact_city altcontact_country ' +
  'altcontact_firstname altcontact_phone altcontact_postal_code altcontact_state altcontact_surname cardnumber ' +
  'city country date_enrolled date_of_birth date_renewed email expiry_date fax firstname gender initials last_seen ' +
  'middle_name mobile opac_notes other_name phone postal_code pronouns relationship_type secondary_email ' +
  'secondary_phone sms_number staff_notes state statistics_1 statistics_2 street_number street_type title userid'
).split(' ');
const EMPTY: Record<string, Field> = {
  ...Object.fromEntries(TEXT_FIELDS.map((field) => [field, null])),
  ...{ anonymized: false, autorenew_checkouts: true, check_previous_checkout: 'inherit' },
  ...{ incorrect_address: false, lang: 'default', login_attempts: 0, overdrive_auth_token: null },
  ...{ patron_card_lost: false, privacy: 1, privacy_guarantor_checkouts: 0, privacy_guarantor_fines: false },
  ...{ restricted: false, sms_provider_id: null, expiry_date: '2099-12-31' },
};

export class KohaWorld {
  readonly clock: { now(): number };
  readonly patrons = new Map<number, PatronRow>();
  /** Whom somebody is guarantor for: the interface doesn't tell. */
  readonly guarantees = new Map<number, number[]>();
  readonly passwords = new Map<number, string>();
  readonly flags = new Map<number, Flags>();
  readonly apiKeys: { clientId: string; secret: string; patron: number }[] = [];
  readonly attributeTypes = new Map<string, { repeatable: boolean }>();
  readonly libraries = new Map<string, string>();
  /** Libraries whose staff may see each other's patrons. */
  readonly libraryGroups: string[][] = [];
  readonly categories = new Set<string>();
  readonly items = new Map<number, { biblio_id: number; external_id: string }>();
  readonly biblios = new Map<number, { title: string; author: string | null }>();
  attributes: AttributeRow[] = [];
  checkouts: CheckoutRow[] = [];
  holds: HoldRow[] = [];
  lines: LineRow[] = [];
  anonymousPatron = -1;
  /** Whose password has to be chosen anew. */
  readonly expired = new Set<number>();
  settings: Settings = {
    ...{ basic: true, publicApi: true, strongPasswords: false, minPasswordLength: 3, offset: 0 },
    ...{ mostPerPage: Infinity, attributeNames: 'own' as const, version: '23.05' as const },
  };
  #numbers = 0;
  #lastPatron = 0;

  constructor(clock: { now(): number }) {
    this.clock = clock;
  }

  /** Attributes, loans and all else are numbered through; patrons by themselves. */
  next(): number {
    return ++this.#numbers;
  }

  addPatron(fields: Partial<Record<string, Field>> & { surname: string }): PatronRow {
    const patron_id = ++this.#lastPatron;
    const row = {
      ...EMPTY,
      library_id: [...this.libraries.keys()][0] ?? 'MAIN',
      category_id: [...this.categories][0] ?? 'PT',
      date_enrolled: '2020-02-03',
      ...fields,
      patron_id,
    } as PatronRow;
    this.patrons.set(patron_id, row);
    this.touch(patron_id);
    return row;
  }

  patron(number: number): PatronRow {
    const row = this.patrons.get(number);
    if (!row) throw new Error(`There is no patron ${number}.`);
    return row;
  }

  /** Moves the time of the last change, in whole seconds. */
  touch(number: number): void {
    const row = this.patrons.get(number);
    if (row) row['updated_on'] = Math.floor(this.clock.now() / 1000) * 1000;
  }

  change(number: number, fields: Record<string, Field>): void {
    Object.assign(this.patron(number), fields);
    this.touch(number);
  }

  delete(number: number): void {
    this.patrons.delete(number);
    this.attributes = this.attributes.filter(({ patron }) => patron !== number);
    this.holds = this.holds.filter(({ patron_id }) => patron_id !== number);
    this.lines = this.lines.filter(({ patron_id }) => patron_id !== number);
  }

  addBook(title: string, author: string | null, barcode: string): { item: number; biblio: number } {
    const [biblio, item] = [this.next(), this.next()];
    this.biblios.set(biblio, { title, author });
    this.items.set(item, { biblio_id: biblio, external_id: barcode });
    return { item, biblio };
  }

  lend(patron: number, item: number, days = 14): CheckoutRow {
    const row = {
      ...{
        checkout_id: this.next(),
        patron_id: patron,
        item_id: item,
        renewals_count: 0,
        checkin_date: null,
      },
      library_id: this.patron(patron).library_id,
      checkout_date: this.clock.now(),
      due_date: this.clock.now() + days * 86_400_000,
    };
    this.checkouts.push(row);
    return row;
  }

  hold(patron: number, biblio: number, fields: Partial<HoldRow> = {}): HoldRow {
    const row = {
      ...{ hold_id: this.next(), patron_id: patron, biblio_id: biblio, status: null, priority: 1 },
      pickup_library_id: this.patron(patron).library_id,
      hold_date: new Date(this.clock.now()).toISOString().slice(0, 10),
      expiration_date: null,
      ...fields,
    };
    this.holds.push(row);
    return row;
  }

  charge(patron: number, amount: number, type = 'MANUAL', description = ''): LineRow {
    const row = {
      ...{ account_line_id: this.next(), patron_id: patron, amount, amount_outstanding: amount },
      ...{ type, description, date: this.clock.now() },
    };
    this.lines.push(row);
    return row;
  }

  /** Pays the oldest debts first, as Koha does. */
  pay(patron: number, amount: number): LineRow {
    let left = amount;
    for (const line of this.lines.filter(({ patron_id, amount }) => patron_id === patron && amount > 0)) {
      const paid = Math.min(left, line.amount_outstanding);
      line.amount_outstanding -= paid;
      left -= paid;
    }
    const row = this.charge(patron, -amount, 'PAYMENT');
    row.amount_outstanding = -left;
    return row;
  }

  addAttribute(patron: number, type: string, value: string): AttributeRow {
    const row = { id: this.next(), patron, type, value };
    this.attributes.push(row);
    return row;
  }

  /** A librarian, with a password and permissions. */
  addStaff(
    fields: Partial<Record<string, Field>> & { surname: string; userid: string },
    password: string,
    flags: Flags,
  ) {
    const cardnumber = `staff-card-${this.#lastPatron + 1}`;
    const row = this.addPatron({ category_id: 'S', cardnumber, ...fields });
    this.passwords.set(row.patron_id, password);
    this.flags.set(row.patron_id, flags);
    return row;
  }
}
