// How deep JSON nests, told from its text: whatever walks through it calls itself for each level.
export function nestsDeeperThan(levels: number, json: string): boolean {
  let [depth, inText] = [0, false];
  for (let at = 0; at < json.length; at++) {
    const sign = json[at];
    if (inText && sign === '\\') at++;
    else if (sign === '"') inText = !inText;
    else if (inText) continue;
    else if (sign === '[' || sign === '{') depth++;
    else if (sign === ']' || sign === '}') depth--;
    if (depth > levels) return true;
  }
  return false;
}
