// 6: no act in another's name, and none without the permission that its author had when the server judged it.
import { endpoints, type EndpointName } from '../../../shared/central/contract.ts';
import type { Endpoint } from '../../../shared/central/endpoint.ts';
import type { World } from '../world.ts';
import { describe } from './accounted.ts';

export function named({ ledger, timeline, templates }: World): string[] {
  return timeline.effects.flatMap((effect) => {
    const act = ledger.acts.get(effect.act);
    const endpoint: Endpoint = endpoints[effect.endpoint as EndpointName];
    const { staff } = effect;
    const what = act ? describe(act) : `${effect.endpoint} ${effect.act}`;
    if (staff === undefined) return [`done by nobody who ever signed in: ${what}`];
    const wrong: string[] = [];
    if (act && act.author !== staff) wrong.push(`done in the name of ${staff}: ${what}`);
    const { permission } = endpoint;
    if (permission && !timeline.permissions(staff, effect).includes(permission))
      wrong.push(`done without ${permission}: ${what}`);
    const name = templates.staff.find(({ id }) => id === staff)?.name;
    if (effect.blocked.some(({ blockedBy }) => blockedBy !== name)) wrong.push(`blocked by another: ${what}`);
    return wrong;
  });
}
