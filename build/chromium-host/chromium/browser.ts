// Starts Chromium with its sandbox on, and sees that it ends with the host, however the host ends.
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { findChromium } from '../find-chromium.ts';
import { CdpConnection } from './cdp.ts';
import { chromiumFlags } from './flags.ts';
import { droppedUser, makeProfile, removeProfile } from './profile.ts';

export interface BrowserOptions {
  display: boolean;
  debuggingPort: boolean;
}

export interface Browser {
  connection: CdpConnection;
  profile: string;
  /** Chromium's product version, such as 140.0.1.2. */
  version: string;
  /** Where Playwright connects, if a port was asked for. */
  debuggingAddress: string | undefined;
  /** How a further call reaches the running Chromium, as a second start by the user would. */
  call: { command: string; args: string[]; env: NodeJS.ProcessEnv };
  /** Ends Chromium at once, and removes its profile. Synchronous, for use at exit. */
  kill(): void;
}

const NO_SANDBOX = /No usable sandbox|SUID sandbox|Failed to move to new namespace/;

/** A command that drops root, and dies with the host; a plain one where there is no setpriv. */
function wrapped(chromium: string): { command: string; args: string[] } {
  const hasSetpriv = process.platform === 'linux' && spawnSync('setpriv', ['--version']).status === 0;
  if (!hasSetpriv) return { command: chromium, args: [] };
  const user = droppedUser?.toString();
  const drop = user ? ['--reuid', user, '--regid', user, '--clear-groups', '--no-new-privs'] : [];
  return { command: 'setpriv', args: [...drop, '--pdeathsig', 'KILL', chromium] };
}

export async function startBrowser(options: BrowserOptions): Promise<Browser> {
  const { command, args } = wrapped(findChromium());
  const sandboxed = await start(command, args, options, true);
  if (sandboxed) return sandboxed;
  console.error(
    'Chromium host: this machine refuses Chromium its sandbox (user namespaces); going on without it.',
  );
  const unsandboxed = await start(command, args, options, false);
  if (unsandboxed) return unsandboxed;
  throw new Error('Chromium host: Chromium did not start.');
}

/** Undefined if Chromium ended because it may not have its sandbox. */
async function start(
  command: string,
  args: string[],
  { display, debuggingPort }: BrowserOptions,
  sandbox: boolean,
): Promise<Browser | undefined> {
  const profile = makeProfile();
  const env: NodeJS.ProcessEnv = { ...process.env, HOME: profile, TMPDIR: profile };
  if (env.XAUTHORITY && droppedUser !== undefined) env.XAUTHORITY = `${profile}/.Xauthority`;
  const flags = chromiumFlags({ profile, display, debuggingPort, sandbox });
  const child = spawn(command, [...args, ...flags], {
    env,
    cwd: profile,
    // In a group of its own: a Ctrl-C in the terminal is the host's to answer.
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe', 'pipe', 'pipe'],
  });
  const kill = () => {
    child.kill('SIGKILL');
    removeProfile(profile);
  };
  const output = readErrors(child);
  const connection = new CdpConnection(child.stdio[3] as Writable, child.stdio[4] as Readable);
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => {
      resolve(String(error));
    });
    child.once('exit', (code, signal) => {
      resolve(`exit code ${code ?? signal ?? ''}`);
    });
  });
  void ended.then(() => {
    connection.close();
  });
  const [version, debuggingAddress] = await Promise.all([
    connection.browser.send('Browser.getVersion').then(
      ({ product }) => product.replace(/^.*\//, ''),
      () => undefined,
    ),
    debuggingPort ? output.debuggingAddress : undefined,
  ]);
  if (version === undefined) {
    const how = await ended;
    kill();
    if (sandbox && NO_SANDBOX.test(output.text())) return undefined;
    throw new Error(`Chromium host: ${command} ${args.join(' ')} ended (${how})\n${output.text()}`);
  }
  return { connection, profile, version, debuggingAddress, call: { command, args, env }, kill };
}

/** Chromium's stderr: kept for a failed start, shown only on request, searched for the debugging address. */
function readErrors(child: ChildProcess) {
  let kept = '';
  const debuggingAddress = new Promise<string | undefined>((resolve) => {
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      if (process.env.CHROMIUM_HOST_VERBOSE) process.stderr.write(text);
      if (kept.length < 20_000) kept += text;
      const address = /^DevTools listening on (ws:\S+)\n/m.exec(kept)?.[1];
      if (address) resolve(address);
    });
    child.once('exit', () => {
      resolve(undefined);
    });
  });
  return { text: () => kept, debuggingAddress };
}
