// What policy decides about the windows: language, scanner, the library's other system, privacy at a counter.
import { z } from 'zod';
import { languageSchema, scannerSchema, type DeskRules, type Preferences } from '../../shared/ipc/desk.ts';

const { prefix, suffix, aimIdentifiers, minLength, gapMs } = scannerSchema.shape;

/** Where a patron stands in an address. */
const PLACES = ['patronId', 'cardNumber'] as const;

export const windowPolicySchema = z
  .strictObject({
    language: languageSchema
      .default('en')
      .describe('The language of the windows until staff choose another: `en` or `sv`.'),
    theme: z
      .enum(['system', 'light', 'dark'])
      .default('system')
      .describe('Light, dark, or as the system is.'),
    density: z.enum(['comfortable', 'dense']).default('comfortable').describe('How close rows stand.'),
    receipt: z
      .enum(['a4', 'mm80'])
      .default('a4')
      .describe(
        'The paper of a status receipt until staff choose another: A4, or a receipt printer of 80 mm.',
      ),
  })
  .prefault({})
  .describe('How the windows look until staff choose otherwise.');

export const scannerPolicySchema = z
  .strictObject({
    prefix: prefix
      .default('')
      .describe(
        'What the scanner types before a card’s number. Only what begins with it is taken for a scan.',
      ),
    suffix: suffix.default('').describe('What the scanner types after a card’s number, before Enter or Tab.'),
    aimIdentifiers: aimIdentifiers
      .default([])
      .describe(
        'AIM identifiers of library cards, such as `]C0`. With any, codes of other kinds are no cards; with none, an identifier is left out whatever it is.',
      ),
    minLength: minLength.default(6).describe('The fewest characters that a card’s number has.'),
    gapMs: gapMs
      .default(50)
      .describe('The longest pause in ms between two keys of the scanner; people are slower.'),
  })
  .prefault({})
  .describe('The barcode scanner, a keyboard that types fast and ends with Enter or Tab.');

export const librarySystemPolicySchema = z
  .strictObject({
    patronAddress: z
      .string()
      .max(2000)
      .refine(isAddressOfPatrons, 'must be an https address with {patronId} or {cardNumber} after its host')
      .optional()
      .describe(
        'The address of a patron in the library’s other system, with {patronId} or {cardNumber} where it belongs.',
      ),
  })
  .prefault({})
  .describe('The library’s other system, opened in the browser.');

export const privacyPolicySchema = z
  .strictObject({
    afterMinutes: z
      // What is over before the window has looked again would keep it looking.
      .union(
        [
          z.literal(0),
          z
            .number()
            .min(0.1, 'must be 0, or at least 0.1')
            .max(24 * 60),
        ],
        'is no number',
      )
      .default(5)
      .describe(
        'Minutes without a key or the mouse in its window after which the details of a patron go, at least 0.1; 0 never.',
      ),
    then: z
      .enum(['hide', 'close'])
      .default('hide')
      .describe(
        'What happens then: the window hides them until somebody wants to see them, or it closes. What holds unsaved text only hides.',
      ),
  })
  .prefault({})
  .describe('Privacy at a counter.');

/** Nothing but the patron's part of the address varies: scheme and host are policy's own. */
function isAddressOfPatrons(template: string): boolean {
  const filled = addressOfPatron(template, { patronId: 'a', cardNumber: 'b' });
  const other = addressOfPatron(template, { patronId: 'c', cardNumber: 'd' });
  if (!filled || !other) return false;
  const local = ['127.0.0.1', 'localhost'].includes(filled.hostname);
  const safe = filled.protocol === 'https:' || (filled.protocol === 'http:' && local);
  return (
    safe &&
    !filled.username &&
    !filled.password &&
    filled.origin === other.origin &&
    filled.href !== other.href
  );
}

type PlacedPatron = Record<(typeof PLACES)[number], string>;

/** The address with this patron in it; null where what stands for the patron would leave its place, as `..` does. */
export function addressOfPatron(template: string, patron: PlacedPatron): URL | null {
  const [address, plain] = [filled(template, patron), filled(template, { patronId: 'a', cardNumber: 'a' })];
  const segments = (url: URL | null) => url?.pathname.split('/').length;
  return segments(address) === segments(plain) ? address : null;
}

function filled(template: string, patron: PlacedPatron): URL | null {
  const written = (place: keyof PlacedPatron) => encodeURIComponent(patron[place].toWellFormed());
  return URL.parse(PLACES.reduce((text, place) => text.replaceAll(`{${place}}`, written(place)), template));
}

interface WindowPolicies {
  window: z.infer<typeof windowPolicySchema>;
  scanner: z.infer<typeof scannerPolicySchema>;
  librarySystem: z.infer<typeof librarySystemPolicySchema>;
  privacy: z.infer<typeof privacyPolicySchema>;
}

/** What windows are told of the policy. */
export function rulesOf({ scanner, librarySystem, privacy }: WindowPolicies): DeskRules {
  return { scanner, privacy, librarySystem: librarySystem.patronAddress !== undefined };
}

/** How windows look before staff have chosen anything. */
export function firstPreferences({ window }: WindowPolicies): Preferences {
  return { ...window, zoom: 1, singleKeys: false, firstSteps: true };
}
