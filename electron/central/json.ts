// JSON as a server answers it: read only where it nests no deeper than any answer that makes sense.
import { Failure } from '../support/failure.ts';

/** No answer has so many levels; what walks through one calls itself for each. */
const DEEPEST = 64;

function isDeep(json: string): boolean {
  let [depth, inText] = [0, false];
  for (let at = 0; at < json.length; at++) {
    const sign = json[at];
    if (inText && sign === '\\') at++;
    else if (sign === '"') inText = !inText;
    else if (inText) continue;
    else if (sign === '[' || sign === '{') depth++;
    else if (sign === ']' || sign === '}') depth--;
    if (depth > DEEPEST) return true;
  }
  return false;
}

/** Fails with `serverRubbish`. */
export function parseAnswer(text: string): unknown {
  if (isDeep(text)) throw new Failure({ code: 'serverRubbish' }, 'too deep');
  try {
    return JSON.parse(text);
  } catch (thrown) {
    throw new Failure({ code: 'serverRubbish' }, thrown);
  }
}
