// What the command line may say, and what policy says, as the desk needs it to start. Throws with words for IT where
// either can't be followed: a desk that guesses is not safe.
import { basename, join, resolve } from 'node:path';
import type { Clock } from '../../shared/clock.ts';
import { CertificateAuthority } from '../central/certificate-authority.ts';
import { readPlainFile } from '../support/plain-file.ts';
import { isSafeAddress, readPolicy, type Policy } from './policy.ts';

export interface CommandLine {
  /** From the installer: what is installed obeys the machine's policy alone. */
  isPackaged: boolean;
  argv: readonly string[];
  environment?: Record<string, string | undefined>;
  switchValue: (name: string) => string;
}

/**
 * Installed, the app runs from its archive. Electron's own word for it goes by the executable's name, which whoever copies
 * the program's folder may change.
 */
export const isPackaged = (appPath: string): boolean => appPath.endsWith('.asar');

export interface StartOptions {
  server: string | undefined;
  /** From the source tree: without TLS on this machine. */
  development: boolean;
  certificateAuthority: CertificateAuthority | undefined;
  policy: Policy;
}

/**
 * Chromium obeys hundreds of switches; many open a window to whoever asks, write down what is sent, or believe any
 * certificate. What is installed takes those that change how it looks, and where the user's own data lies.
 */
const TAKEN = new Set([
  'disable-gpu',
  'enable-wayland-ime',
  'force-device-scale-factor',
  'gtk-version',
  'lang',
  'ozone-platform',
  'ozone-platform-hint',
  'updated',
  'user-data-dir',
]);

/** Variables that do what switches do: take the sandbox off, write down the keys of what is sent, or what runs. */
const NOT_TAKEN = [
  'ELECTRON_DISABLE_SANDBOX',
  'ELECTRON_ENABLE_LOGGING',
  'ELECTRON_LOG_FILE',
  'NODE_REDIRECT_WARNINGS',
  'NODE_COMPILE_CACHE',
  'NODE_V8_COVERAGE',
  'SSLKEYLOGFILE',
];

/**
 * Where a desk keeps what is its own. On Windows that is this computer's, and not, as Electron has it, what follows its
 * user from one to the next: two desks would have one outbox, and what waits in it done by both.
 */
export function userDataFolder(
  { environment = {}, switchValue }: Pick<CommandLine, 'environment' | 'switchValue'>,
  platform: NodeJS.Platform,
  electrons: string,
): string {
  const named = switchValue('user-data-dir');
  if (named) return resolve(named);
  const { LOCALAPPDATA } = environment;
  return platform === 'win32' && LOCALAPPDATA ? join(LOCALAPPDATA, basename(electrons)) : electrons;
}

/** Chromium takes blanks away around an argument before it looks for a switch in it; U+0085 is one of its blanks. */
const unpadded = (argument: string) => argument.replace(/^[\s\u0085]+|[\s\u0085]+$/g, '');

/** The first switch, or variable, that an installed desk doesn't take. */
export function strangeSwitch({
  isPackaged,
  argv,
  environment = {},
}: Pick<CommandLine, 'isPackaged' | 'argv' | 'environment'>) {
  if (!isPackaged) return undefined;
  const variable = NOT_TAKEN.find((name) => environment[name] !== undefined);
  if (variable !== undefined) return variable;
  const given = argv.slice(1).map(unpadded);
  const switches = given.filter((argument) => /^-|^\/[\w-]+(=|$)/.test(argument));
  return switches.find((argument) => !TAKEN.has(/^--([^=]+)/.exec(argument)?.[1]?.toLowerCase() ?? ''));
}

export function startOptions(
  commandLine: CommandLine,
  machinePolicyFile: string,
  clock: Clock,
): StartOptions {
  const { isPackaged, switchValue } = commandLine;
  const development = !isPackaged;
  const developers = (name: string) => (isPackaged ? '' : switchValue(name));
  const named = developers('policy');
  const policy = readPolicy(named ? resolve(named) : machinePolicyFile);
  const server = developers('server') || policy.server.url;
  if (server !== undefined && !isSafeAddress(server, { development }))
    throw new Error(`The server's address must be https: ${withoutSecrets(server)}`);
  const { certificateAuthority: file } = policy.server;
  const certificateAuthority = file === undefined ? undefined : authorityIn(file, clock);
  return { server, development, policy, certificateAuthority };
}

function authorityIn(file: string, clock: Clock): CertificateAuthority {
  try {
    return new CertificateAuthority(readPlainFile(file).toString('utf8'), clock);
  } catch (thrown) {
    const why = thrown instanceof Error ? thrown.message : String(thrown);
    throw new Error(`The policy's certificate authority ${file} can't be used. ${why}`, { cause: thrown });
  }
}

/** An address that somebody put a password into must not be shown to the whole counter. */
const withoutSecrets = (address: string) => address.replace(/\/\/[^/@]*@/, '//…@');
