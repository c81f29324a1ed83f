// Koha's records, taken for what they are as far as they can be read: fields that we don't know stay, numbers may come
// as text, and whatever may be missing may be null.
import { z } from 'zod';

const number = z.coerce.number();
/** As much as an id of ours can hold: see `KohaIds`. */
const id = z.coerce
  .number()
  .int()
  .min(0)
  .max(2 ** 48 - 1);
/** A library's, a category's or an attribute type's, which may be numbered. */
const code = z.union([z.string(), z.number().transform(String)]);
const text = code.nullish();
const flag = z
  .union([z.boolean(), z.number(), z.string()])
  .nullish()
  .transform((value) => value === true || value === 1 || value === '1' || value === 'true');

export const attributeSchema = z.looseObject({
  extended_attribute_id: id.nullish(),
  type: code,
  value: text,
});

export const kohaPatronSchema = z.looseObject({
  patron_id: id,
  surname: text,
  firstname: text,
  cardnumber: text,
  userid: text,
  library_id: code,
  category_id: code,
  date_of_birth: text,
  date_enrolled: text,
  expiry_date: text,
  gender: text,
  lang: text,
  phone: text,
  mobile: text,
  secondary_phone: text,
  email: text,
  secondary_email: text,
  street_number: text,
  address: text,
  address2: text,
  postal_code: text,
  city: text,
  country: text,
  altaddress_street_number: text,
  altaddress_address: text,
  altaddress_address2: text,
  altaddress_postal_code: text,
  altaddress_city: text,
  altaddress_country: text,
  staff_notes: text,
  privacy: z.coerce.number().nullish(),
  patron_card_lost: flag,
  restricted: flag,
  incorrect_address: flag,
  updated_on: text,
  account_balance: number.nullish(),
  checkouts_count: id.nullish(),
  extended_attributes: z.array(attributeSchema).nullish(),
});

export const checkoutSchema = z.looseObject({
  checkout_id: id,
  patron_id: id,
  item_id: id.nullish(),
  library_id: text,
  checkout_date: text,
  due_date: text,
  checkin_date: text,
  renewals_count: id.nullish(),
});

export const holdSchema = z.looseObject({
  hold_id: id,
  patron_id: id,
  biblio_id: id.nullish(),
  pickup_library_id: text,
  hold_date: text,
  status: text,
  priority: id.nullish(),
  expiration_date: text,
  timestamp: text,
});

export const accountLineSchema = z.looseObject({
  account_line_id: id.nullish(),
  patron_id: id.nullish(),
  amount: number,
  amount_outstanding: number.nullish(),
  date: text,
  debit_type: text,
  credit_type: text,
  /** What the lists of debits and credits call it. */
  type: text,
  description: text,
});

const linesSchema = z
  .looseObject({ total: number.nullish(), lines: z.array(accountLineSchema).nullish() })
  .nullish();
export const accountSchema = z.looseObject({
  balance: number,
  outstanding_debits: linesSchema,
  outstanding_credits: linesSchema,
});

const titleSchema = z.looseObject({ title: text, author: text, subtitle: text });
export const biblioSchema = titleSchema.extend({ biblio_id: id });
export const itemSchema = z.looseObject({
  item_id: id,
  external_id: text,
  biblio_id: id.nullish(),
  biblio: titleSchema.nullish(),
});

export const kohaLibrarySchema = z.looseObject({ library_id: code, name: text });
export const kohaCategorySchema = z.looseObject({ patron_category_id: code, name: text });
export const validatedSchema = z.looseObject({ patron_id: id.nullish(), userid: text, cardnumber: text });
export const tokenSchema = z.looseObject({ access_token: z.string().min(1), expires_in: number.nullish() });

export type KohaPatron = z.infer<typeof kohaPatronSchema>;
export type KohaAttribute = z.infer<typeof attributeSchema>;
export type KohaCheckout = z.infer<typeof checkoutSchema>;
export type KohaHold = z.infer<typeof holdSchema>;
export type KohaAccount = z.infer<typeof accountSchema>;
export type KohaAccountLine = z.infer<typeof accountLineSchema>;
export type KohaItem = z.infer<typeof itemSchema>;
export type KohaLibrary = z.infer<typeof kohaLibrarySchema>;
