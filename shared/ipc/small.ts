// How large and of what a request may be. The preload weighs it before it goes to main, which would else stand still
// while it is unpacked; main weighs it again, since a page that broke its renderer goes past the preload.

/** Of one request: the longest legitimate one is a staff note, before and after, of 20,000 characters. */
export const LARGEST = { characters: 100_000, values: 5_000, depth: 16 };

/** Whether a value is small and plain: what JSON can say, and no more of it than a form can hold. */
export function isSmallAndPlain(value: unknown): boolean {
  let [characters, values] = [0, 0];
  const fits = (at: unknown, depth: number): boolean => {
    if (++values > LARGEST.values || depth > LARGEST.depth) return false;
    if (at === undefined || at === null || typeof at === 'boolean') return true;
    if (typeof at === 'number') return Number.isFinite(at);
    if (typeof at === 'string') return (characters += at.length) <= LARGEST.characters;
    if (typeof at !== 'object' || !isPlain(at)) return false;
    return Object.entries(at).every(([name, inside]) => {
      characters += name.length;
      return characters <= LARGEST.characters && fits(inside, depth + 1);
    });
  };
  return fits(value, 0);
}

/** No Date, Map or buffer; and no array that is nearly all holes, which takes an age to walk along. */
function isPlain(value: object): boolean {
  if (Array.isArray(value)) return value.length <= LARGEST.values;
  return Object.getPrototypeOf(value) === Object.prototype;
}
