// Starts the server on loopback, makes demo data where the folder is empty, and says in one line that it is ready.
import { randomBytes } from 'node:crypto';
import { setImmediate as nextRound, setTimeout as wait } from 'node:timers/promises';
import { demoAccounts } from '../demo/accounts.ts';
import { createServer, nameOf, type Server } from '../http/server.ts';
import { DAY } from '../ports.ts';
import { historyFileAt } from '../store/history-file.ts';
import { StartProblem } from '../store/store.ts';
import { VERSION } from '../version.ts';
import { needed, readOptions, wholeNumber } from './arguments.ts';
import { lockFolder, openDataFolder } from './data-folder.ts';

const options = {
  data: { type: 'string' },
  demo: { type: 'string' },
  seed: { type: 'string' },
  port: { type: 'string' },
  'access-seconds': { type: 'string' },
  log: { type: 'boolean' },
  'accept-loss': { type: 'boolean' },
} as const;

const FIVE_MINUTES = 5 * 60_000;
/** In ms, for answers that are under way when the server is to end. */
const PATIENCE = 5000;

const clock = { now: () => Date.now() };
const random = { bytes: (count: number) => new Uint8Array(randomBytes(count)) };

/** With 0 it lets requests come in between: a timer would be due again before anybody looks for them. */
export const pause = (ms: number): Promise<void> => (ms > 0 ? wait(ms) : nextRound());

const RESTORED =
  'The database was restored. Desks that were revoked, accounts that were locked, permissions that were withdrawn and ' +
  'sessions that ended, since a token was stolen, too, ' +
  'since that backup are as they were then: see Restore in docs/server.md.\n';

export async function start(argv: string[]): Promise<void> {
  const asked = readOptions(argv, options);
  const data = needed(asked.data, 'data');
  const demo = wholeNumber(asked.demo, 'demo', 1, 1_000_000);
  const port = wholeNumber(asked.port, 'port', 0, 65_535) ?? 0;
  const accessSeconds = wholeNumber(asked['access-seconds'], 'access-seconds', 1, 86_400);
  const folder = openDataFolder(data);
  if (!folder.used && demo === undefined)
    throw new StartProblem(`${data} is empty. Give --demo N to make a network with N patrons per library.`);
  const unlock = lockFolder(data);
  const historyFile = historyFileAt(folder.history);
  const server = await createServer({
    database: folder.database,
    historyFile,
    clock,
    random,
    pause,
    rest: wait,
    version: VERSION,
    ...(accessSeconds !== undefined && { accessSeconds }),
    log: asked.log ?? false,
    acceptLoss: asked['accept-loss'] ?? false,
  });
  server.app.addHook('onClose', () => {
    historyFile.close();
    unlock();
  });
  if (server.central.parts.history.wasRestored) process.stderr.write(RESTORED);
  await makeDemo(server, demo, asked.seed ?? '1');
  endOnSignal(server, regularWork(server));
  const url = await listen(server, port);
  // A start that fails, time and again, makes no time pass.
  server.central.housekeep();
  const ready = { url, accounts: demoAccounts(server.central) };
  process.stdout.write(`${JSON.stringify(ready)}\n`);
}

/** Loaded only where it's needed: the names of the world take their time. */
async function makeDemo({ central }: Server, patrons: number | undefined, seed: string): Promise<void> {
  if (patrons === undefined || central.parts.libraries.names().length > 0) return;
  const { makeDemoNetwork } = await import('../demo/network.ts');
  makeDemoNetwork(central, { patrons, seed, now: clock.now() });
}

async function listen({ app }: Server, port: number): Promise<string> {
  try {
    return await app.listen({ host: '127.0.0.1', port });
  } catch (error) {
    await app.close();
    const taken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
    if (taken) throw new StartProblem(`Port ${port} is taken.`);
    throw error;
  }
}

export const regularWork = (server: Server): NodeJS.Timeout[] => [
  every(DAY, server, () => server.central.housekeep()),
  every(FIVE_MINUTES, server, () => server.central.forgetFailedSignIns()),
];

/** A disk that is full just then ends no server that still answers: what stays is done the next time. */
function every(ms: number, { app }: Server, work: () => void): NodeJS.Timeout {
  return setInterval(() => {
    try {
      work();
    } catch (error) {
      app.log.error({ failure: nameOf(error) });
    }
  }, ms);
}

function endOnSignal({ app }: Server, timers: NodeJS.Timeout[]): void {
  const end = () => {
    for (const timer of timers) clearInterval(timer);
    // Whoever sends half a request, or reads no answer, would keep the folder from the next start for minutes.
    setTimeout(() => app.server.closeAllConnections(), PATIENCE);
    void app.close().then(() => process.exit(0));
  };
  process.once('SIGTERM', end);
  process.once('SIGINT', end);
}
