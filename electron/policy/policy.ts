// What the library's IT decides for a desk: one JSON file, read once at start.
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { patronDataPolicySchema } from './patron-data-policy.ts';

export const policySchema = z.strictObject({
  server: z
    .strictObject({
      /** The central server's address. HTTPS, or HTTP on this machine. */
      url: z.url().refine(isSafeAddress, 'must be https, or http on this machine'),
    })
    .optional(),
  patronData: patronDataPolicySchema,
});
export type Policy = z.infer<typeof policySchema>;

/** What holds where there is no policy. */
export const noPolicy = (): Policy => policySchema.parse({});

/** Without TLS only where nothing leaves this machine; never with a password in the address. */
export function isSafeAddress(address: string): boolean {
  const url = URL.parse(address);
  if (!url || url.username || url.password) return false;
  const local = ['127.0.0.1', '[::1]', 'localhost'].includes(url.hostname);
  return url.protocol === 'https:' || (url.protocol === 'http:' && local);
}

/** Reads a policy file; throws an Error whose message names each wrong value. */
export function readPolicy(file: string): Policy {
  const read = z.string().transform((text, context) => {
    try {
      return JSON.parse(text) as unknown;
    } catch {
      context.addIssue('is not JSON');
      return z.NEVER;
    }
  });
  const parsed = read.pipe(policySchema).safeParse(readFileSync(file, 'utf8'));
  if (parsed.success) return parsed.data;
  const wrong = parsed.error.issues.map((issue) => `${issue.path.join('.') || 'the file'}: ${issue.message}`);
  throw new Error(`Policy ${file} can't be used: ${wrong.join('; ')}`);
}
