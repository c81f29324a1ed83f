// Reads a small value that outlives restarts. One that can't be read, because another version of the program wrote it,
// counts as none: it must not keep a desk from starting.
import type { z } from 'zod';
import type { DeskStore } from './desk-store.ts';

export async function recallAs<T>(
  store: Pick<DeskStore, 'recall'>,
  name: string,
  schema: z.ZodType<T>,
): Promise<T | undefined> {
  const text = await store.recall(name);
  if (text === undefined) return undefined;
  try {
    return schema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}
