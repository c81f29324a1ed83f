// One run of a small world: two desks, an act at each, and at most one fault, along the way that the explorer picks. Only
// messages are put in every order: what a desk does between two of them touches nobody else.
import { judge } from '../invariants/judge.ts';
import { endpoints } from '../../../shared/central/contract.ts';
import { restoreTo } from '../happenings.ts';
import { settleDown } from '../story.ts';
import type { Templates } from '../templates.ts';
import { World } from '../world.ts';
import type { Pick } from './explore.ts';
import { Asleep, type Happening } from './independence.ts';
import { HeldLine, HeldMessages, type Held } from './held-line.ts';
import type { Scenario } from './scenarios.ts';

const PAUSE = 60;

interface Option extends Happening {
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
  /** It differs from another way by nothing: it was not walked to its end. */
  pruned: boolean;
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
    pages: { fill: 50, changes: 50 },
    lineOf: (parts) => new HeldLine(parts, messages),
  });
  const way: string[] = [];
  const asleep = new Asleep();
  let faulty = false;
  let pruned = false;
  try {
    await world.time.until(begin(world));
    const pressed = await world.time.until(prepare(world, scenario));
    messages.open = false;
    const isDead = arm(world, death);
    pressed.forEach((press) => press());
    await world.time.settle(PAUSE);
    for (;;) {
      const all = optionsOf(world, messages, faulty || death !== undefined);
      const choices = asleep.awake(all);
      const option = choices.length > 0 ? choices[pick(choices.length)] : undefined;
      if (!option) {
        pruned = all.length > 0;
        break;
      }
      asleep.take(choices, option);
      way.push(option.label);
      faulty ||= option.fault;
      await option.take();
      await world.time.settle(PAUSE);
      if (!world.server.central) world.server.start();
      messages.pending = messages.pending.filter(({ desk }) => !isOff(world, desk));
    }
    if (pruned) return { way, faulty, pruned, violations: [] };
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
  return { way, faulty, pruned, violations: world.violations };
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

/** What a message does at the server, where it gets there. */
const effectOf = ({ name }: Held) => (endpoints[name].auth === 'act' ? 'writes' : 'reads');
const labelOf = ({ desk, number, name, repeat }: Held) =>
  `${desk} ${number} ${name}${repeat ? ' again' : ''}`;

function optionsOf(world: World, messages: HeldMessages, faulty: boolean): Option[] {
  const { server, places } = world;
  const { pending } = messages;
  const deliver = pending.map((held): Option => ({
    ...{ label: labelOf(held), whose: held.desk, server: effectOf(held), fault: false },
    take: () => delivered(world, messages, held, (answer) => answer),
  }));
  if (faulty || pending.length === 0) return deliver;
  return [
    ...deliver,
    ...pending.flatMap((held) => faultsOf(world, messages, held)),
    ...places.map(({ site }) => ({
      ...{ label: `${site.name} dies`, whose: site.name, server: 'nothing' as const, fault: true },
      take: () => site.kill(),
    })),
    {
      ...{ label: 'the server is restored', whose: 'server', server: 'writes' as const, fault: true },
      take: () => {
        const [backup] = server.backups;
        if (backup) restoreTo(world, backup, 'serverRestored');
      },
    },
  ];
}

function faultsOf(world: World, messages: HeldMessages, held: Held): Option[] {
  const name = labelOf(held);
  const fault = (label: string, at: Option['server'], take: Option['take'], whose = held.desk): Option => ({
    ...{ label, whose, server: at, fault: true, take },
  });
  const lost = () => {
    taken(messages, held);
    held.fail();
  };
  return [
    fault(`${name} is lost`, 'nothing', lost),
    fault(`the answer to ${name} is lost`, effectOf(held), () =>
      delivered(world, messages, held, () => undefined),
    ),
    fault(`half the answer to ${name}`, effectOf(held), () =>
      delivered(world, messages, held, (answer) => ({
        ...answer,
        body: answer.body.slice(0, answer.body.length / 2),
      })),
    ),
    fault(`${name} comes twice`, 'nothing', () => {
      messages.pending = [...messages.pending, { ...held, repeat: true, answer: nothing, fail: nothing }];
    }),
    fault(
      `the server dies before ${name}`,
      'writes',
      () => {
        restarted(world);
        lost();
      },
      'server',
    ),
    fault(
      `the server dies after ${name}`,
      'writes',
      () =>
        delivered(world, messages, held, () => {
          restarted(world);
          return undefined;
        }),
      'server',
    ),
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
