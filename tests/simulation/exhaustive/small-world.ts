// One run of a small world: two desks, an act at each, and at most one fault, along the way that the explorer picks. Only
// messages are put in every order: what a desk does between two of them touches nobody else.
import { judge } from '../invariants/judge.ts';
import { restoreTo } from '../happenings.ts';
import { settleDown } from '../story.ts';
import type { Templates } from '../templates.ts';
import { World } from '../world.ts';
import type { Pick } from './explore.ts';
import { HeldLine, HeldMessages, type Held } from './held-line.ts';
import type { Scenario } from './scenarios.ts';

const PAUSE = 60;

interface Option {
  label: string;
  fault: boolean;
  take: () => Promise<void> | void;
}

/** Instead of a fault of messages: who dies, at which of the steps that it takes in its database. */
export interface Death {
  who: 'desk1' | 'desk2' | 'server';
  step: number;
}

export interface Walked {
  way: string[];
  faulty: boolean;
  violations: string[];
}

export async function walk(
  options: { folder: string; templates: Templates },
  scenario: Scenario,
  pick: Pick,
  death?: Death,
): Promise<Walked> {
  const messages = new HeldMessages();
  const world = new World({
    ...{ ...options, seed: 'small world', desks: 2, faults: [], alike: true },
    lineOf: (parts) => new HeldLine(parts, messages),
  });
  const way: string[] = [];
  let faulty = false;
  try {
    await world.time.until(begin(world));
    const pressed = await world.time.until(prepare(world, scenario));
    messages.open = false;
    const isDead = arm(world, death);
    pressed.forEach((press) => press());
    await world.time.settle(PAUSE);
    for (;;) {
      const choices = optionsOf(world, messages, faulty || death !== undefined);
      const option = choices.length > 0 ? choices[pick(choices.length)] : undefined;
      if (!option) break;
      way.push(option.label);
      faulty ||= option.fault;
      await option.take();
      await world.time.settle(PAUSE);
      if (!world.server.central) world.server.start();
      messages.pending = messages.pending.filter(({ desk }) => !isOff(world, desk));
    }
    if (isDead()) way.push(`${death?.who} died at its step ${death?.step}`);
    faulty ||= isDead();
    disarm(world);
    messages.open = true;
    const shown = await world.time.until(settleDown(world));
    for (const violation of judge(world, shown)) world.violates(violation);
  } catch (thrown) {
    world.violates('the run did not end', thrown);
  } finally {
    world.close();
  }
  return { way, faulty, violations: world.violations };
}

/** Answers whether it happened. */
function arm({ server, places }: World, death: Death | undefined): () => boolean {
  const disks = places.map(({ site }) => ({ who: site.name, dies: site.disk }));
  const whose = [...disks, { who: 'server', dies: server }].find(({ who }) => who === death?.who)?.dies;
  if (!whose || !death) return () => false;
  whose.killIn = death.step;
  return () => whose.killIn === undefined;
}

function disarm({ server, places }: World): void {
  server.killIn = undefined;
  for (const { site } of places) site.disk.killIn = undefined;
}

const isOff = ({ places }: World, desk: string) =>
  places.some(({ site }) => site.name === desk && site.isOff);

/** Both desks are signed in and in step; the patron has a block. */
async function begin({ server, places, templates }: World): Promise<void> {
  server.start();
  for (const [index, { site, staff }] of places.entries()) {
    await site.start();
    const who = templates.staff[index];
    if (site.running && who) await staff.signIn(site.running, who);
    await site.running?.sync.now();
  }
}

async function prepare(world: World, { does }: Scenario): Promise<(() => void)[]> {
  const { places, timeline, ledger, server } = world;
  const patronId = timeline.patrons('north')[0]?.id ?? '';
  const [first] = places;
  await first?.site.running?.patrons.block(patronId, 'before');
  for (const { site } of places) await site.running?.sync.now();
  server.backUp();
  const presses: (() => void)[] = [];
  for (const [index, { site }] of places.entries()) {
    const desk = site.running;
    const act = does[index];
    if (!desk || !act) continue;
    const { deed, press } = await act(desk, patronId);
    presses.push(() => {
      const saying = ledger.say(site.name, patronId, deed);
      press().then(
        () => ledger.saved(saying),
        () => ledger.refused(saying),
      );
    });
  }
  return presses;
}

function optionsOf(world: World, messages: HeldMessages, faulty: boolean): Option[] {
  const { server, places } = world;
  const { pending } = messages;
  const deliver = pending.map((held) => ({
    label: `${held.desk} ${held.name}`,
    fault: false,
    take: () => delivered(world, messages, held, (answer) => answer),
  }));
  if (faulty || pending.length === 0) return deliver;
  const fault = (label: string, take: () => Promise<void> | void) => ({ label, fault: true, take });
  return [
    ...deliver,
    ...pending.flatMap((held) => {
      const name = `${held.desk} ${held.name}`;
      return [
        fault(`${name} is lost`, () => {
          taken(messages, held);
          held.fail();
        }),
        fault(`the answer to ${name} is lost`, () => delivered(world, messages, held, () => undefined)),
        fault(`half the answer to ${name}`, () =>
          delivered(world, messages, held, (answer) => ({
            ...answer,
            body: answer.body.slice(0, answer.body.length / 2),
          })),
        ),
        fault(`${name} comes twice`, () => {
          messages.pending = [...pending, { ...held, repeat: true, answer: nothing, fail: nothing }];
        }),
        fault(`the server dies before ${name}`, () => {
          restarted(world);
          taken(messages, held);
          held.fail();
        }),
        fault(`the server dies after ${name}`, () =>
          delivered(world, messages, held, () => {
            restarted(world);
            return undefined;
          }),
        ),
      ];
    }),
    ...places.map(({ site }) => fault(`${site.name} dies`, () => site.kill())),
    fault('the server is restored', () => {
      const [backup] = server.backups;
      if (backup) restoreTo(world, backup, 'serverRestored');
    }),
  ];
}

const nothing = () => undefined;

function restarted({ server }: World): void {
  server.kill();
  server.start();
}

function taken(messages: HeldMessages, held: Held): void {
  messages.pending = messages.pending.filter((one) => one !== held);
}

type Answer = Parameters<Held['answer']>[0];

async function delivered(
  world: World,
  messages: HeldMessages,
  held: Held,
  become: (answer: Answer) => Answer | undefined,
): Promise<void> {
  taken(messages, held);
  const answer = await world.server.handle(held.request);
  const heard = answer && become(answer);
  if (heard) held.answer(heard);
  else held.fail();
}
