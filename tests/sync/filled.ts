// A desk with its copy, on a network of three patrons, for the tests of one file; ended after each of them.
import { afterEach } from 'vitest';
import { testNetwork, type TestNetwork } from '../../server/testing/network.ts';
import type { Patron } from '../../shared/patrons/patron.ts';
import { Desk } from './desk.ts';

const desks: Desk[] = [];
const cleanUp: (() => void)[] = [];
afterEach(async () => {
  for (const desk of desks) await desk.end();
  for (const clean of cleanUp.splice(0)) clean();
  for (const desk of desks.splice(0)) desk.remove();
});

/** After the test, when its desks have ended. */
export const afterwards = (clean: () => void) => void cleanUp.push(clean);

export function started(desk: Desk): Promise<Desk> {
  desks.push(desk);
  return desk.start();
}

export const deskOn = ({ central, clock }: Pick<TestNetwork, 'central' | 'clock'>, policy?: unknown) =>
  started(new Desk({ central: () => central, clock, ...(policy !== undefined && { policy }) }));

/** A network with three patrons, and a desk with its copy. */
export async function filled(policy?: unknown) {
  const network = testNetwork();
  const colleague = await network.signIn('north', 'lead');
  const patrons: Patron[] = [];
  for (const familyName of ['Ek', 'Lind', 'Öberg'])
    patrons.push(await colleague.register({ personal: { familyName } }));
  const desk = await deskOn(network, policy);
  await desk.signIn();
  const [ek, lind, oberg] = patrons as [Patron, Patron, Patron];
  return { network, colleague, desk, ek, lind, oberg };
}

export const problem = (desk: Desk) => desk.parts.sync.state.problem;
export const position = async (desk: Desk) => (await desk.store.pullState('north')).position;
export const found = async (desk: Desk, query: string) =>
  (await desk.store.search('north', query, 0, 10)).total;
