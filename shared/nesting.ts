// How deep and how wide JSON is, told from its text: whatever walks through it calls itself for each level, and notes
// what is wrong with each value.
export interface Extent {
  levels: number;
  /** Values of one list, or names of one object. */
  inOne?: number;
  /** In all. */
  values?: number;
}

export function goesBeyond(extent: Extent, json: string): boolean {
  const { levels, inOne = Infinity, values = Infinity } = extent;
  const commas: number[] = [];
  let [all, here, inText] = [0, 0, false];
  for (let at = 0; at < json.length; at++) {
    const sign = json[at];
    if (inText && sign === '\\') at++;
    else if (sign === '"') inText = !inText;
    else if (inText) continue;
    else if (sign === '[' || sign === '{') {
      commas.push(here);
      here = 0;
      all++;
    } else if (sign === ']' || sign === '}') here = commas.pop() ?? 0;
    else if (sign === ',') {
      here++;
      all++;
    }
    if (commas.length > levels || here >= inOne || all > values) return true;
  }
  return false;
}
