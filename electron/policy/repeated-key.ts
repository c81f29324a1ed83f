// JSON may name a key twice in one object, and whoever reads it sees the last one only.

/** The first such key of a text that is JSON. */
export function repeatedKey(json: string): string | undefined {
  const open: Set<unknown>[] = [];
  for (const [sign, text, colon] of json.matchAll(/("(?:[^"\\]|\\.)*")(\s*:)?|[{}]/g)) {
    if (sign === '{') open.push(new Set());
    if (sign === '}') open.pop();
    if (text === undefined || colon === undefined) continue;
    const key = JSON.parse(text) as string;
    const keys = open.at(-1);
    if (keys?.has(key)) return key;
    keys?.add(key);
  }
  return undefined;
}
