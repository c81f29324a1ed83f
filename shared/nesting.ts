// How deep and how wide JSON is, and how long its texts, told from its own text: whatever walks through it calls itself for
// each level, and notes what is wrong with each value; what shows a text takes its time for each sign.
export interface Extent {
  levels: number;
  /** Values of one list, or names of one object. */
  inOne?: number;
  /** In all. */
  values?: number;
  /** Signs of one text or name, as JSON writes them. */
  text?: number;
}

export function goesBeyond(extent: Extent, json: string): boolean {
  const { levels, inOne = Infinity, values = Infinity, text = Infinity } = extent;
  const commas: number[] = [];
  let [all, here, inText, began] = [0, 0, false, 0];
  for (let at = 0; at < json.length; at++) {
    const sign = json[at];
    if (inText && sign === '\\') at++;
    else if (sign === '"') {
      if (inText && at - began > text) return true;
      inText = !inText;
      began = at + 1;
    } else if (inText) continue;
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
