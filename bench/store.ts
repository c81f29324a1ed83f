// How quick the desk's copy is: `node bench/store.ts --patrons N`. Fills a copy with made-up patrons, searches it as
// staff type, commits acts; prints one line of JSON. Times are milliseconds.
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openStore } from '../electron/cache/open-store.ts';
import { LIST_ORDERS } from '../shared/patrons/list-order.ts';
import { actOf, clock, EPOCH, giveWay, KEY, LIBRARY, patronOf, renamed } from '../electron/cache/testing.ts';

const FAMILY = [
  'Andersson',
  'Johansson',
  'Karlsson',
  'Nilsson',
  'Eriksson',
  'Öberg',
  'Åkesson',
  'Lindqvist',
  'Ek',
  'Berg',
];
const GIVEN = ['Anna', 'Erik', 'Maria', 'Karl', 'Zoë', 'Åsa', 'Björn', 'Ingrid', 'Olle', 'Siv'];
const TOWNS = ['Karlstad', 'Kil', 'Forshaga', 'Hammarö', 'Grums', 'Arvika'];
const PAGE = 500;
const SEARCHES = 200;

const { values } = parseArgs({ options: { patrons: { type: 'string', default: '20000' } } });
const count = Number(values.patrons);

/** The same numbers on every run. */
let state = 42;
const below = (limit: number) => (state = (state * 1103515245 + 12345) % 2147483648) % limit;
const oneOf = (list: readonly string[]) => list[below(list.length)] ?? '';
const digits = (length: number) => String(below(10 ** Math.min(length, 9))).padStart(length, '0');

function madeUp(n: number) {
  const [familyName, givenName] = [
    `${oneOf(FAMILY)}${below(3) ? '' : `-${oneOf(FAMILY)}`}`,
    `${oneOf(GIVEN)} ${oneOf(GIVEN)}`,
  ];
  const birthDate = `${1930 + below(90)}-${String(1 + below(12)).padStart(2, '0')}-${String(1 + below(28)).padStart(2, '0')}`;
  return patronOf(n, {
    personal: {
      familyName,
      givenName,
      birthDate,
      nationalId: `${birthDate.replaceAll('-', '')}${digits(4)}`,
    },
    contact: { phones: [`07${digits(8)}`], emails: [`${givenName.split(' ')[0]}.${n}@example.org`] },
    address: {
      line1: `${oneOf(FAMILY)}vägen ${below(90)}`,
      postcode: `65${below(9)} ${digits(2)}`,
      town: oneOf(TOWNS),
    },
    cards: [`B${String(n).padStart(9, '0')}`],
  });
}

const QUERIES: Record<string, () => string> = {
  card: () => `B${String(below(count)).padStart(9, '0')}`,
  letter: () => oneOf(['a', 'k', 'z', 'ö']),
  shortName: () => oneOf(['an', 'lin', 'obe', 'zo', 'joh']),
  name: () => oneOf(FAMILY),
  names: () => `${oneOf(GIVEN)} ${oneOf(FAMILY)}`,
  phone: () => `07${digits(4)}`,
  birthDate: () => `19${digits(2)}-0${1 + below(9)}`,
  email: () => `${oneOf(GIVEN)}.${below(count)}@`,
  townAndName: () => `${oneOf(TOWNS)} ${oneOf(GIVEN)} ${oneOf(FAMILY).slice(0, 3)}`,
  pattern: () => `${oneOf(FAMILY).slice(0, 2)}*son`,
};

interface Time {
  wall: number;
  /** The processor's, which other work on the machine hardly changes. */
  cpu: number;
}

const percentile = (times: number[], share: number) =>
  Number((times.toSorted((a, b) => a - b)[Math.floor(times.length * share)] ?? 0).toFixed(2));
const spread = (times: Time[]) => ({
  p50: percentile(
    times.map(({ wall }) => wall),
    0.5,
  ),
  p95: percentile(
    times.map(({ wall }) => wall),
    0.95,
  ),
  cpu: percentile(
    times.map(({ cpu }) => cpu),
    0.5,
  ),
});

async function timed(work: () => Promise<unknown>): Promise<Time> {
  const [began, used] = [performance.now(), process.cpuUsage()];
  await work();
  const { user, system } = process.cpuUsage(used);
  return { wall: performance.now() - began, cpu: (user + system) / 1000 };
}

const folder = mkdtempSync(join(tmpdir(), 'circdesk-bench-'));
try {
  const opening = openStore({ folder, key: KEY.slice(), clock, giveWay });
  if (opening.outcome !== 'open') throw new Error(opening.outcome);
  const { store } = opening;
  await store.beginFill(LIBRARY, EPOCH, 1, count);
  const arriving: Time[] = [];
  for (let from = 0; from < count; from += PAGE) {
    const page = Array.from({ length: Math.min(PAGE, count - from) }, (_, n) => madeUp(from + n));
    arriving.push(await timed(() => store.fillPage(LIBRARY, page, page.at(-1)?.id ?? null, page.length)));
  }
  const meanwhile = await timed(() => store.search(LIBRARY, 'anna lind', 0, 100));
  const indexing = await timed(() => store.finishFill(LIBRARY));
  const search: Record<string, ReturnType<typeof spread>> = {};
  for (const order of LIST_ORDERS)
    for (const [name, query] of Object.entries(QUERIES)) {
      const times: Time[] = [];
      for (let n = 0; n < SEARCHES; n++)
        times.push(await timed(() => store.search(LIBRARY, query(), 0, 100, order)));
      search[`${name} ${order}`] = spread(times);
    }
  const appends: Time[] = [];
  for (let n = 0; n < SEARCHES; n++)
    appends.push(await timed(() => store.append(actOf(n, n, renamed('Ny')))));
  const overlaid: Time[] = [];
  for (let n = 0; n < SEARCHES; n++)
    overlaid.push(await timed(() => store.search(LIBRARY, oneOf(FAMILY), 0, 100)));
  const changes = Array.from({ length: 200 }, (_, n) => ({
    kind: 'patron',
    position: 2,
    patron: madeUp(below(count) + n),
  }));
  const changing = await timed(() => store.applyChanges(LIBRARY, changes, 2, EPOCH, null));
  const open = await timed(() => store.patron(LIBRARY, madeUp(7).id));
  await store.close();
  const rounded = ({ wall, cpu }: Time) => ({ ms: Number(wall.toFixed(1)), cpu: Number(cpu.toFixed(1)) });
  const fill = [...arriving, indexing];
  const sum = (of: (time: Time) => number) => fill.reduce((all, time) => all + of(time), 0);
  const report = {
    patrons: count,
    fillPerSecond: Math.round(count / (sum(({ wall }) => wall) / 1000)),
    fillPerCpuSecond: Math.round(count / (sum(({ cpu }) => cpu) / 1000)),
    indexing: rounded(indexing),
    searchWhileFilling: rounded(meanwhile),
    search,
    searchWith200Waiting: spread(overlaid),
    openPatron: rounded(open),
    append: spread(appends),
    page200Changes: rounded(changing),
    copyMegabytes: Math.round(statSync(join(folder, 'copy.db')).size / 1e6),
  };
  console.log(JSON.stringify(report));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
