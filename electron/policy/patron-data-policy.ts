// What the library decides about the patron data file: which formats, where, for how long, and what it says of its
// processing (GDPR, Article 15(1)). Whatever a policy doesn't say has a default.
import { z } from 'zod';
import { defaultTexts, type InformationTexts } from './patron-data-texts.ts';
import { wholePath } from './whole-path.ts';

export const FILE_FORMATS = ['json', 'pdf'] as const;
export type FileFormat = (typeof FILE_FORMATS)[number];

const text = (standard: string) => z.string().min(1).max(2000).default(standard);
const texts = (standard: readonly string[]) =>
  z
    .array(z.string().min(1).max(2000))
    .min(1)
    .max(50)
    .default([...standard]);

const textsSchema = (standard: InformationTexts, language: string) =>
  z
    .strictObject({
      contact: text(standard.contact).describe('How the library, which is the controller, is reached.'),
      dataProtectionOfficer: text(standard.dataProtectionOfficer).describe(
        'How its data protection officer is reached.',
      ),
      purposes: texts(standard.purposes).describe('What the data is processed for, one purpose each.'),
      recipients: texts(standard.recipients).describe('Who gets the data, one kind of recipient each.'),
      retention: texts(standard.retention).describe('How long what is kept.'),
      rights: texts(standard.rights).describe('What the patron may ask for.'),
      complaintAuthority: text(standard.complaintAuthority).describe('Where the patron may complain.'),
    })
    .prefault({})
    .describe(`In ${language}.`);

export const patronDataPolicySchema = z
  .strictObject({
    formats: z
      .array(z.enum(FILE_FORMATS))
      .min(1)
      .refine((formats) => new Set(formats).size === formats.length, 'names a format twice')
      .default([...FILE_FORMATS])
      .describe('What is saved: JSON for programs, PDF for people, or both.'),
    folder: wholePath
      .optional()
      .describe('Where files are saved; without it, the Downloads folder of who is signed in to the system.'),
    deleteAfterHours: z
      .int()
      .min(0)
      .max(24 * 365)
      .default(24)
      .describe('Hours after which a saved file is deleted from this computer; 0 never.'),
    askWhoIsAsking: z
      .boolean()
      .default(false)
      .describe(
        'Ask before each download whether staff checked who is asking. For patrons under 18 it is always asked.',
      ),
    texts: z
      .strictObject({
        en: textsSchema(defaultTexts.en, 'English'),
        sv: textsSchema(defaultTexts.sv, 'Swedish'),
      })
      .prefault({})
      .describe('What the file says of the processing, by the language that it is written in.'),
  })
  .prefault({})
  .describe('The patron data file.');
export type PatronDataPolicy = z.infer<typeof patronDataPolicySchema>;
