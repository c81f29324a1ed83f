// Starts the reference server as its own process, as a library would, and reads the line that it prints.
import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export interface DemoAccount {
  username: string;
  password: string;
  library: string;
  permissions: string[];
}

export interface RunningServer {
  url: string;
  accounts: DemoAccount[];
  /** Where it is a process of its own. */
  pid?: number | undefined;
  /** Its process, for tests that kill it. */
  kill(signal: NodeJS.Signals): void;
  stop(): Promise<void>;
}

const main = join(import.meta.dirname, '..', 'server', 'main.ts');

/**
 * Starts a server with demo patrons in `data`; `options` are further ones of its command line. `onLog` gets what it
 * would say on stderr.
 */
export async function startServer(
  data: string,
  options: string[] = [],
  onLog?: (text: string) => void,
): Promise<RunningServer> {
  const server = spawn(process.execPath, [main, '--data', data, ...options], {
    stdio: ['ignore', 'pipe', 'pipe'],
    // Reading its sources anew would take most of the time that it needs to start.
    env: { ...process.env, NODE_COMPILE_CACHE: join(tmpdir(), 'node-compile-cache') },
  });
  if (onLog) server.stderr.on('data', (text: Buffer) => onLog(text.toString()));
  else server.stderr.pipe(process.stderr);
  const ended = new Promise<void>((resolve) => server.once('exit', () => resolve()));
  const line = await Promise.race([
    new Promise<string>((resolve) => createInterface(server.stdout).once('line', resolve)),
    ended.then(() => {
      throw new Error('The reference server ended before it was ready.');
    }),
  ]);
  const { url, accounts } = JSON.parse(line) as Pick<RunningServer, 'url' | 'accounts'>;
  return {
    url,
    accounts,
    pid: server.pid,
    kill: (signal) => server.kill(signal),
    async stop() {
      server.kill('SIGTERM');
      await ended;
    },
  };
}
