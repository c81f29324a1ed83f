// Our reference server for the port's contract suite: its real HTTP face, asked in this process.
import { v7 } from 'uuid';
import { ReferenceServer } from '../../electron/central/reference/reference-server.ts';
import { createServer } from '../../server/http/server.ts';
import { addTestLibraries, PASSWORD, TestDesk, testOptions, valueOf } from '../../server/testing/network.ts';
import type { EndpointName, Session } from '../../shared/central/contract.ts';
import type { FieldValues, SectionId } from '../../shared/patrons/sections.ts';
import { overLine, type PortWorld } from './world.ts';

const LIBRARY = 'north';

export async function referenceWorld(): Promise<PortWorld> {
  const options = testOptions();
  const { clock, luck } = options;
  const { app, central } = await createServer({ ...options, rates: { session: 1e6, signIn: 1e6 } });
  addTestLibraries(central);
  const line: PortWorld['line'] = { state: 'good' };
  const transport = overLine(line, async ({ method, path, query, headers, body }) => {
    const parameters = Object.entries(query ?? {}).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, String(value)]],
    );
    const answer = await app.inject({
      method: method as 'GET',
      url: path,
      query: Object.fromEntries(parameters) as Record<string, string>,
      headers: { ...headers, ...(body !== undefined && { 'content-type': 'application/json' }) },
      ...(body !== undefined && { payload: JSON.stringify(body) }),
    });
    return {
      status: answer.statusCode,
      headers: answer.headers as Record<string, string>,
      body: answer.body,
    };
  });
  const credentials = { library: LIBRARY, username: 'lead', password: PASSWORD };
  const colleague = async () => {
    const desk = luck.id(new Date(clock.now()).toISOString());
    const answer = await central.answer('signIn', {
      params: {},
      query: {},
      headers: {},
      body: { ...credentials, desk },
    });
    return new TestDesk(central, clock, luck, answer.body as Session, desk);
  };
  const act = async (name: EndpointName, patronId: string, body: object, further = {}) => {
    const answer = await (
      await colleague()
    ).act(name, { params: { patronId }, body: { id: v7(), ...body } }, further);
    if (answer.status >= 400) throw new Error(JSON.stringify(answer.body));
    return answer;
  };
  const save = async (patronId: string, section: SectionId, changes: FieldValues) => {
    const desk = await colleague();
    await desk.save(await desk.patron(patronId), section, changes);
  };
  return {
    ...{ credentials, line, clock },
    server: new ReferenceServer('http://127.0.0.1:9/', luck.id('2026-03-02T10:00:00Z'), transport, clock),
    async addPatron({ givenName, familyName, card }) {
      const desk = await colleague();
      const sections = {
        personal: { givenName, familyName },
        card: { cards: [{ number: card, state: 'active' }] },
        library: { branch: 'main', category: 'adult' },
      };
      const answer = await desk.act('createPatron', { body: { id: desk.newId(), sections } });
      return valueOf<{ id: string }>(answer).id;
    },
    async changeElsewhere(patronId, { givenName, postcode }) {
      if (givenName !== undefined) await save(patronId, 'personal', { givenName });
      if (postcode !== undefined) await save(patronId, 'address', { postcode });
    },
    async lend(patronId, title) {
      await act('lend', patronId, { title, itemBarcode: 'b1', dueAt: '2026-04-01T00:00:00.000Z' });
    },
    async reserve(patronId, title) {
      await act('reserve', patronId, { title, pickupBranch: 'main' });
    },
    async charge(patronId, amount) {
      await act('addDebt', patronId, { kind: 'other', description: 'Lost', amount: amount * 100 });
    },
    async deleteElsewhere(patronId) {
      const desk = await colleague();
      await desk.delete(await desk.patron(patronId));
    },
    async pinWorks(patronId, pin) {
      const desk = await colleague();
      const [card] = (await desk.patron(patronId)).sections.card.values.cards;
      const body = { library: LIBRARY, cardNumber: card?.number, pin };
      return (await desk.ask('patronSignIn', { body })).status === 201;
    },
    async isThere(patronId) {
      return (await (await colleague()).ask('patron', { params: { patronId } })).status === 200;
    },
    close: () => app.close(),
  };
}
