// 5: every desk's copy equals the server, and holds nobody who is gone.
import { isDeepStrictEqual } from 'node:util';
import type { Shown } from '../story.ts';
import type { World } from '../world.ts';

export function same({ timeline, places }: World, shown: readonly Shown[]): string[] {
  return shown.flatMap(({ desk, library, patrons }) => {
    const scope = places.find(({ site }) => site.name === desk)?.site.scope;
    const held = scope === 'none' ? [] : timeline.patrons(library);
    const wrong: string[] = [];
    for (const id of patrons.keys())
      if (!held.some((patron) => patron.id === id)) wrong.push(`${desk} holds ${id}, who is not there`);
    for (const patron of held) {
      const copy = patrons.get(patron.id);
      if (!copy) wrong.push(`${desk} lacks ${patron.id}`);
      else if (!isDeepStrictEqual(copy, patron))
        wrong.push(`${desk} differs at ${patron.id}: ${firstDifference(copy, patron)}`);
    }
    return wrong;
  });
}

function firstDifference(copy: unknown, server: unknown, path = ''): string {
  if (typeof copy === 'object' && typeof server === 'object' && copy && server)
    for (const key of new Set([...Object.keys(copy), ...Object.keys(server)])) {
      const [a, b] = [copy, server].map((one) => (one as Record<string, unknown>)[key]);
      if (!isDeepStrictEqual(a, b)) return firstDifference(a, b, `${path}.${key}`);
    }
  return `${path}: ${JSON.stringify(copy)} instead of ${JSON.stringify(server)}`;
}
