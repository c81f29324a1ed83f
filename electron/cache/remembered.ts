// Small values that outlive restarts. One that can't be read, because another version of the program wrote it, counts as
// none: it must not keep a desk from starting.
import type { z } from 'zod';
import type { DeskStore } from './desk-store.ts';

export async function recallAs<T>(
  store: Pick<DeskStore, 'recall'>,
  name: string,
  schema: z.ZodType<T>,
): Promise<T | undefined> {
  return parsedAs(await store.recall(name), schema);
}

export function parsedAs<T>(text: string | undefined, schema: z.ZodType<T>): T | undefined {
  if (text === undefined) return undefined;
  try {
    return schema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** What was remembered first stays; `fresh` is remembered where nothing was. A full disk doesn't keep a desk from starting. */
export async function recallOrRemember(
  store: Pick<DeskStore, 'recall' | 'remember'>,
  name: string,
  fresh: string,
  onTrouble: (what: string, thrown: unknown) => void,
): Promise<string> {
  const first = await store.recall(name);
  if (first !== undefined) return first;
  await store.remember(name, fresh).catch((thrown: unknown) => {
    onTrouble(`keeping the ${name}`, thrown);
  });
  return fresh;
}
