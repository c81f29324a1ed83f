// The real program in a process of its own, with a folder for its data. What is exported is the test's that runs.
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { v7 as uuidv7 } from 'uuid';
import type { DemoAccount } from '../demo/accounts.ts';

export const main = join(import.meta.dirname, '..', 'main.ts');
export let folder: string;
export const running: ChildProcess[] = [];

export function begin(): void {
  folder = mkdtempSync(join(tmpdir(), 'circdesk-cli-'));
}

export function end(): void {
  running.splice(0).forEach((server) => server.kill('SIGKILL'));
  rmSync(folder, { recursive: true });
}

export const data = () => join(folder, 'data');

export function run(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...args], {
    encoding: 'utf8',
    timeout: 50_000,
  });
  return { status, stdout, stderr };
}

export async function start(...options: string[]) {
  const server = spawn(process.execPath, [main, '--data', data(), ...options], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.push(server);
  const lines: string[] = [];
  let errors = '';
  server.stderr.on('data', (chunk: Buffer) => void (errors += chunk.toString()));
  const exited = new Promise<number | null>((resolve) => server.once('exit', resolve));
  await new Promise<void>((resolve, reject) => {
    createInterface(server.stdout).on('line', (line) => resolve(void lines.push(line)));
    void exited.then(() => reject(new Error(errors)));
  });
  const { url, accounts } = JSON.parse(lines[0] ?? '') as { url: string; accounts: DemoAccount[] };
  const stop = (signal: NodeJS.Signals = 'SIGTERM') => {
    server.kill(signal);
    return exited;
  };
  return { url, accounts, lines, errors: () => errors, stop };
}

export async function signIn(
  { url, accounts }: Awaited<ReturnType<typeof start>>,
  library = 'north',
  username = 'lead',
) {
  const account = accounts.find((one) => one.library === library && one.username === username);
  const json = { 'content-type': 'application/json' };
  const body = JSON.stringify({ library, username, password: account?.password, desk: uuidv7() });
  const answer = await fetch(`${url}/sessions`, { method: 'POST', headers: json, body });
  const session = (await answer.json()) as { accessToken?: string; accessExpiresIn?: number; epoch?: string };
  const { accessToken = '', accessExpiresIn, epoch = '' } = session;
  const ask = (method: string, path: string, asked?: unknown) =>
    fetch(url + path, {
      method,
      headers: {
        authorization: `Bearer ${accessToken}`,
        'idempotency-key': uuidv7(),
        'circdesk-act': uuidv7(),
        'circdesk-acted-at': new Date().toISOString(),
        'circdesk-epoch': epoch,
        ...(asked !== undefined && json),
      },
      ...(asked !== undefined && { body: JSON.stringify(asked) }),
    });
  const someone = async () => {
    const { patrons } = (await (await ask('GET', '/patrons?query=*&limit=1')).json()) as {
      patrons: { id: string }[];
    };
    return patrons[0]?.id ?? '';
  };
  return { status: answer.status, accessExpiresIn, epoch, ask, someone };
}
