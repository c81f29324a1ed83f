// Makes the demo network: libraries, staff, and patrons with all that a desk meets. In one transaction: a start that
// was cut off leaves nothing behind.
import type { Guarantor } from '../../shared/patrons/sections.ts';
import type { Central } from '../central.ts';
import { nameOf } from '../../shared/patrons/patron.ts';
import { hashSecretNow } from '../sessions/secrets.ts';
import { addDemoStaff } from './accounts.ts';
import { charge, lendTo, type Scene } from './circulation.ts';
import { Days } from './days.ts';
import { agree, block, notify } from './history.ts';
import { demoLibraries, type DemoLibrary } from './libraries.ts';
import { Luck } from './luck.ts';
import { Names } from './names.ts';
import { addressIn, birthOf, idOf, sectionsOf, type Kind, type Person } from './sections.ts';

/** Of the patrons of the second library, so many are known at the first as well. */
const KNOWN_AT_BOTH = 0.08;
/** The PIN of all made-up patrons who have one. */
export const DEMO_PIN = '2580';

export interface DemoOptions {
  patrons: number;
  seed: string;
  /** Milliseconds; data is made around this day. */
  now: number;
  libraries?: readonly DemoLibrary[];
}

interface Registered {
  person: Person;
  id: string;
}

export function makeDemoNetwork(
  central: Central,
  { patrons, seed, now, libraries: made = demoLibraries }: DemoOptions,
): void {
  const { store, libraries, search } = central.parts;
  const luck = new Luck(`circdesk ${seed}`);
  const days = new Days(now, luck);
  const names = new Names(luck);
  const pin = hashSecretNow(DEMO_PIN, luck);
  store.together(() => {
    store.run("INSERT INTO setting (name, value) VALUES ('demo_seed', ?)", seed);
    search.pause();
    let elsewhere: Registered[] = [];
    for (const library of made) {
      libraries.add(library);
      const staffName = addDemoStaff(central, library.id, seed, names);
      const scene: Scene = { store, luck, days, library, staffName };
      elsewhere = register(central, scene, names, pin, patrons, elsewhere);
    }
    search.rebuild();
    for (const { number } of store.rows<{ number: number }>('SELECT number FROM patron ORDER BY number'))
      store.run('UPDATE patron SET changed_at = ? WHERE number = ?', days.ago(1, 59), number);
  });
}

function register(
  central: Central,
  scene: Scene,
  names: Names,
  pin: string,
  count: number,
  elsewhere: Registered[],
): Registered[] {
  const { luck } = scene;
  const adults: Registered[] = [];
  for (let index = 0; index < count; index++) {
    const known = elsewhere.length > 0 && luck.chance(KNOWN_AT_BOTH) ? elsewhere.pop() : undefined;
    const kind = known ? 'adult' : kindOf(luck);
    const parent = kind === 'child' ? adults[luck.between(0, adults.length - 1)] : undefined;
    const person = known?.person ?? newPerson(scene, names, kind, parent?.person);
    const guarantor = kind === 'child' ? guarantorOf(luck, names, parent) : null;
    const id = registerOne(central, scene, person, guarantor, pin, index);
    if (person.kind === 'adult') adults.push({ person, id });
  }
  return elsewhere.length === 0 ? adults : [];
}

function kindOf(luck: Luck): Kind {
  const at = luck.fraction();
  return at < 0.18 ? 'child' : at < 0.24 ? 'youth' : at < 0.97 ? 'adult' : 'organisation';
}

function newPerson({ luck, days, library }: Scene, names: Names, kind: Kind, parent?: Person): Person {
  const name = names.person(parent && luck.chance(0.8) ? parent.name : undefined);
  const company = { ...name, givenName: '', familyName: names.company(), gender: 'unspecified' as const };
  const birthDate = birthOf(luck, days, kind);
  return {
    id: luck.id(days.time(-1)),
    kind,
    name: kind === 'organisation' ? company : name,
    birthDate,
    nationalId: idOf(luck, name, birthDate),
    address: parent?.address ?? addressIn(luck, library),
  };
}

function guarantorOf(luck: Luck, names: Names, parent: Registered | undefined): Guarantor {
  if (!parent || luck.chance(0.12)) return { kind: 'name', name: nameOf(names.person()) };
  return { kind: 'patron', patronId: parent.id, name: nameOf(parent.person.name) };
}

function registerOne(
  central: Central,
  scene: Scene,
  person: Person,
  guarantor: Guarantor | null,
  pin: string,
  index: number,
): string {
  const { store, writing } = central.parts;
  const { luck, days, library } = scene;
  const createdAt = days.ago(60, 2500);
  const sections = sectionsOf(luck, library, person, guarantor, index);
  const patron = writing.create(library.id, luck.id(createdAt), sections, person.id, createdAt);
  lendTo(scene, patron, sections);
  charge(scene, patron);
  block(scene, patron);
  notify(scene, patron, sections);
  agree(scene, patron, createdAt);
  if (luck.chance(0.7)) store.run('UPDATE patron SET pin = ? WHERE number = ?', pin, patron.number);
  return patron.id;
}
