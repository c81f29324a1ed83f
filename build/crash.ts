// npm run crash: the built app on its real files, killed at random instants, started again, so many times; then what
// staff were told is held against the server. Prints one line of JSON; ends with 1 where anything was lost or done twice.
import { Luck } from '../server/demo/luck.ts';
import { CrashRun } from '../tests/crash/crash-run.ts';
import { judgeCrashes } from '../tests/crash/crash-judge.ts';
import { Central, isFree } from '../tests/drive/central.ts';
import { makeDeskFolders } from '../tests/drive/desk-app.ts';
import { findAppHost } from './app-host.ts';
import { bundle } from './bundle.ts';
import { given } from './options.ts';

const USAGE = `npm run crash -- [--kills N] [--seed S] [--built]
  --built  the app is built already`;

const { values, whole } = given(USAGE, {
  kills: { type: 'string', default: '20' },
  seed: { type: 'string', default: '1' },
  built: { type: 'boolean', default: false },
});
const kills = whole('kills', values.kills, 1, 1_000_000);

const host = await findAppHost(console.error);
if (!values.built) await bundle();
const began = performance.now();
const folders = await makeDeskFolders();
const run = await CrashRun.open(host, folders, new Luck(`crash ${values.seed}`));
try {
  const colleagues = new Map<string, Central>();
  for (const username of ['lead', 'desk'])
    colleagues.set(username, await Central.signIn(run.server.url, run.account(username)));
  const [lead] = colleagues.values();
  if (!lead) throw new Error('Nobody is signed in.');
  const patron = await lead.patronWho(isFree);
  const editsOf = async () => (await lead.audit(patron.id)).filter(({ kind }) => kind === 'changed').length;
  const editsBefore = await editsOf();
  for (let kill = 1; kill <= kills; kill++) {
    await run.live(patron);
    if (kill % 10 === 0) console.error(`${kill} kills, ${run.pressed.size} acts`);
  }
  const { waiting, copy } = await run.settle(patron);
  const now = await Central.signIn(run.server.url, run.account('lead'));
  const patronNow = await now.patron(patron.id);
  const names = new Map([...colleagues].map(([username, { session }]) => [username, session.staff.name]));
  const violations = judgeCrashes(run, {
    ...{ waiting, copy, names, editsBefore, patron: patronNow },
    database: run.database,
  });
  const told = (what: string) => [...run.pressed.values()].filter((act) => act.told === what).length;
  console.log(
    JSON.stringify({
      ...{ kills: run.kills, serverKills: run.serverKills, host: host.name },
      pressed: run.pressed.size,
      ...{ saved: told('saved'), refused: told('refused'), killedBeforeTold: told('nothing') },
      ...{ violations, seconds: Math.round((performance.now() - began) / 1000) },
    }),
  );
  process.exitCode = violations.length > 0 ? 1 : 0;
} finally {
  await run.close();
  await folders.remove();
}
