// How this desk's windows look and behave: what staff chose for themselves, and what policy decides for the desk.
import { z } from 'zod';
import { LANGUAGE } from '../primitives.ts';

/** Which languages there are is the windows' to know. */
export const languageSchema = z.string().regex(LANGUAGE);

/** Every step of the text's size, as a factor. */
export const ZOOM_STEPS = [0.8, 0.9, 1, 1.1, 1.25, 1.5, 1.75, 2, 2.5, 3, 4] as const;

/** What whoever works at this desk chose; kept between starts, the same in all windows. */
export const preferencesSchema = z.object({
  language: languageSchema,
  theme: z.enum(['system', 'light', 'dark']),
  density: z.enum(['comfortable', 'dense']),
  zoom: z.literal(ZOOM_STEPS),
  /** Shortcuts of one character without Ctrl or Alt: off unless switched on (WCAG 2.1.4). */
  singleKeys: z.boolean(),
  /** The first steps for a new clerk stand in the window until they are put away. */
  firstSteps: z.boolean(),
  /** The paper that a status receipt was last printed on. */
  receipt: z.enum(['a4', 'mm80']),
});
export type Preferences = z.infer<typeof preferencesSchema>;

const { shape } = preferencesSchema;
/** One choice or several; the rest stays as it is. */
export const choicesSchema = z.object({
  language: shape.language.exactOptional(),
  theme: shape.theme.exactOptional(),
  density: shape.density.exactOptional(),
  zoom: shape.zoom.exactOptional(),
  singleKeys: shape.singleKeys.exactOptional(),
  firstSteps: shape.firstSteps.exactOptional(),
  receipt: shape.receipt.exactOptional(),
});
export type Choices = z.infer<typeof choicesSchema>;

/** How a scanner's keys are told from a person's. */
export const scannerSchema = z.object({
  /** What the scanner types before and after a card's number; empty where nothing. */
  prefix: z.string().max(10),
  suffix: z.string().max(10),
  /** AIM identifiers of library cards, such as `]C0`; with none, whatever identifier there is is left out. */
  aimIdentifiers: z.array(z.string().regex(/^\][A-Za-z][0-9A-Za-z]$/)).max(20),
  /** The fewest characters that a card has. */
  minLength: z.int().min(3).max(40),
  /** The longest pause between two of the scanner's keys. */
  gapMs: z.int().min(5).max(200),
});
/** No card's number is longer. */
export const LONGEST_SCAN = 60;
export type ScannerRules = z.infer<typeof scannerSchema>;

/** What policy decides that windows must know. */
export const deskRulesSchema = z.object({
  scanner: scannerSchema,
  /** A patron can be opened in the library's other system, by policy's address. */
  librarySystem: z.boolean(),
  /** Minutes after which the details of a patron that nobody looks at hide or close; 0 never. */
  privacy: z.object({ afterMinutes: z.number().min(0), then: z.enum(['hide', 'close']) }),
});
export type DeskRules = z.infer<typeof deskRulesSchema>;

export const deskLookSchema = z.object({
  preferences: preferencesSchema,
  rules: deskRulesSchema,
  /** Somebody pressed the privacy key. */
  hidden: z.boolean(),
});
export type DeskLook = z.infer<typeof deskLookSchema>;
