// The reference central server's command line.
import { USAGE, UsageProblem } from './cli/arguments.ts';
import { StartProblem } from './store/store.ts';

type Verb = (argv: string[]) => Promise<void>;
const verbs: { start: Verb; [name: string]: Verb } = {
  start: async (argv) => (await import('./cli/start.ts')).start(argv),
  backup: async (argv) => (await import('./cli/backup.ts')).backup(argv),
  desks: async (argv) => (await import('./cli/desks.ts')).desks(argv),
  'sign-ins': async (argv) => (await import('./cli/sign-ins.ts')).signIns(argv),
  staff: async (argv) => (await import('./cli/staff.ts')).staff(argv),
};

async function main([first = '', ...rest]: string[]): Promise<void> {
  if (first === '--help' || first === '-h') return void process.stdout.write(`${USAGE}\n`);
  if (first === '' || first.startsWith('-')) return verbs.start(first === '' ? [] : [first, ...rest]);
  const verb = Object.hasOwn(verbs, first) ? verbs[first] : undefined;
  if (!verb) throw new UsageProblem(`There is no command ${first}.`);
  return verb(rest);
}

/** Messages tell what was typed; a terminal would obey the control characters in it. */
const plain = (message: string) => message.replace(/(?!\n)[\p{Cc}\p{Cf}]/gu, '\uFFFD');

// What this server writes is for its own user only, backups included.
process.umask(0o077);

try {
  await main(process.argv.slice(2));
} catch (error) {
  if (error instanceof UsageProblem) process.stderr.write(`${plain(error.message)}\n\n${USAGE}\n`);
  else if (error instanceof StartProblem) process.stderr.write(`${plain(error.message)}\n`);
  else throw error;
  process.exitCode = error instanceof UsageProblem ? 2 : 1;
  process.exit();
}
