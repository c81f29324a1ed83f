// The options of a command. One that is mistyped, or has no such value, ends it in words and its usage, before anything is
// begun; `--help` tells the usage alone.
import { parseArgs, type ParseArgsConfig } from 'node:util';

type Options = NonNullable<ParseArgsConfig['options']>;

export function given<T extends Options>(usage: string, options: T) {
  function refuse(words: string): never {
    console.error(`${words}\n${usage}`);
    process.exit(2);
  }

  function whole(name: string, text: string, from: number, to: number): number {
    const number = Number(text);
    if (!/^\d+$/.test(text) || number < from || number > to)
      refuse(`--${name} takes a whole number from ${from} to ${to}.`);
    return number;
  }

  if (process.argv.includes('--help')) {
    console.log(usage);
    process.exit(0);
  }
  try {
    return { values: parseArgs({ options }).values, whole, refuse };
  } catch (thrown) {
    return refuse(thrown instanceof Error ? thrown.message : String(thrown));
  }
}
