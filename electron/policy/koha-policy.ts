// What a desk on Koha has to be told by the library's IT, since Koha doesn't tell it over its interface. Everything has
// a default that a plain Koha works with; docs/koha.md explains each.
import { z } from 'zod';
import { permissionSchema } from '../../shared/permissions.ts';
import { wholePath } from './whole-path.ts';

const code = z.string().min(1).max(64);
const username = z.string().trim().min(1);
const grantSchema = z.strictObject({
  users: z.array(username).default([]).describe('By their usernames in Koha.'),
  categories: z.array(code).default([]).describe('By the Koha category that they are in.'),
});

export const kohaPolicySchema = z
  .strictObject({
    block: z
      .strictObject({
        keptAs: z
          .enum(['attribute', 'cardLost'])
          .default('attribute')
          .describe(
            'How a block of this library is kept. `attribute`: as a note in a patron attribute; Koha refuses nothing because of it. `cardLost`: by Koha’s mark that the card is lost, with the comment in the circulation note; Koha then refuses loans and self-service, at all its libraries.',
          ),
        attribute: code
          .default('DESKBLOCK')
          .describe(
            'The patron attribute type that blocks are kept in; Koha’s administrator creates it, repeatable. In just its capitals.',
          ),
      })
      .prefault({})
      .describe('Blocks.'),
    apiKey: z
      .strictObject({
        clientId: z.string().min(1).max(200).describe('The key’s client ID.'),
        secretFile: wholePath.describe(
          'Whole path of a file that holds the key’s secret, and that only Circdesk’s user can read.',
        ),
        account: username
          .optional()
          .describe(
            'The username of the account that the key belongs to, which Koha doesn’t tell. No desk then deletes it, or sets its PIN.',
          ),
        staffCategories: z
          .array(code)
          .min(1)
          .describe(
            'Koha’s patron categories whose members may work at a desk. Needed, because Koha checks any patron’s password.',
          ),
        staffUsers: z
          .array(username)
          .min(1)
          .optional()
          .describe(
            'Of these members, the only ones who may, by their usernames in Koha. Without it, so may whoever Koha’s web forms let choose such a category.',
          ),
      })
      .optional()
      .describe(
        'Work with an API key; staff still sign in with their own name and password. Without it, the desk works with those.',
      ),
    permissions: z
      .partialRecord(permissionSchema, grantSchema)
      .default({})
      .describe(
        'Who may do here what Koha has no permission of its own for. A permission that isn’t named is everybody’s who may see patrons in Koha; deleting needs Koha’s own permission, too.',
      ),
    categories: z
      .array(z.strictObject({ id: code, name: z.string().min(1).max(200) }))
      .default([])
      .describe('Names of Koha’s patron categories. One that isn’t named here is shown by its code.'),
    currency: z
      .string()
      .regex(/^[A-Z]{3}$/)
      .default('EUR')
      .describe('ISO 4217.'),
    country: z
      .string()
      .regex(/^[A-Z]{2}$/)
      .optional()
      .describe('ISO 3166-1 alpha-2; this computer’s if not given.'),
    timeZone: z
      .string()
      .refine((zone) => isTimeZone(zone), 'is no time zone')
      .optional()
      .describe('IANA name, such as `Europe/Stockholm`; this computer’s if not given.'),
    countryNames: z
      .string()
      .regex(/^[a-z]{2,3}$/)
      .default('en')
      .describe('The language that countries are written in in this Koha.'),
    debtLimit: z
      .number()
      .min(0)
      .max(10_000_000)
      .default(5)
      .describe(
        'Debts of this much or more set the debt block, in the currency’s main unit; 0: none. Koha’s own limit is its system preference noissuescharge.',
      ),
    pinLength: z
      .strictObject({ min: z.int().min(3).max(20).default(4), max: z.int().min(3).max(20).default(8) })
      .prefault({})
      .describe('How many digits a PIN has. Koha’s own rules for passwords come on top.'),
    overlapSeconds: z
      .int()
      .min(10)
      .max(3600)
      .default(120)
      .describe('How far back each look for changes goes over what was already seen.'),
    checkDeletionsHours: z
      .int()
      .min(0)
      .max(24 * 30)
      .default(24)
      .describe('How often the desk asks whether everybody in its copy is still there; 0: never.'),
  })
  .refine(({ pinLength: { min, max } }) => min <= max, {
    path: ['pinLength'],
    message: 'min is more than max',
  });
export type KohaPolicy = z.infer<typeof kohaPolicySchema>;

function isTimeZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}
