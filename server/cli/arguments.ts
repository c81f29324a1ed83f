// Reads the command line. What is wrong with it is said in words, not by a stack.
import { parseArgs } from 'node:util';

export class UsageProblem extends Error {}

export const USAGE = `Usage:
  npm run server -- --data DIR [--demo N] [--seed S] [--port P] [--access-seconds N] [--log] [--accept-loss]
  npm run server -- backup --data DIR --out FILE
  npm run server -- desks --data DIR [--revoke DESK | --allow DESK]
  npm run server -- sign-ins --data DIR --library L [--username U]
  npm run server -- staff --data DIR --library L --username U
                    [--lock | --unlock] [--grant PERMISSION] [--revoke PERMISSION] [--end-sessions]
See docs/server.md.`;

type OptionTypes = Record<string, { type: 'string' | 'boolean'; multiple?: boolean }>;

/** Known options only, each with a value where it needs one. */
export function readOptions<T extends OptionTypes>(argv: string[], options: T) {
  try {
    return parseArgs({ args: argv, options, strict: true, allowPositionals: false }).values;
  } catch (error) {
    throw new UsageProblem(error instanceof Error ? error.message : String(error));
  }
}

export function needed(value: string | undefined, name: string): string {
  if (value === undefined || value === '') throw new UsageProblem(`--${name} is missing.`);
  return value;
}

export function wholeNumber(
  value: string | undefined,
  name: string,
  from: number,
  to: number,
): number | undefined {
  if (value === undefined) return undefined;
  const number = Number(value);
  if (!/^\d+$/.test(value) || number < from || number > to)
    throw new UsageProblem(`--${name} takes a whole number from ${from} to ${to}.`);
  return number;
}
