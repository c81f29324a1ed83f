// A mistyped option, as contributors meet it.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const COMMANDS = [
  ...['start', 'tour', 'gallery', 'check-server', 'crash', 'load', 'fuzz'],
  ...['simulate', 'simulate-mutants', 'simulate-exhaustive'],
];

const run = (command: string, ...options: string[]) =>
  new Promise<{ code: unknown; said: string }>((resolve) => {
    execFile(process.execPath, [join(import.meta.dirname, `${command}.ts`), ...options], (error, _, said) =>
      resolve({ code: error?.code ?? 0, said }),
    );
  });

it.concurrent.each(COMMANDS)(
  '%s: told in words with the usage, before anything is begun',
  async (command) => {
    const { code, said } = await run(command, '--sed', '7');
    expect(said).toMatch(/^Unknown option '--sed'.*\n?.*\nnpm (run|start) /);
    expect(said).not.toMatch(/^ +at /m);
    expect(code).toBe(2);
  },
);

it('a number that is none is told with what it may be', async () => {
  expect(await run('crash', '--kills', 'many')).toMatchObject({
    code: 2,
    said: expect.stringContaining('--kills takes a whole number from 1 to 1000000.') as string,
  });
});
