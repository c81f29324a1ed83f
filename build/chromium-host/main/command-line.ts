// app.commandLine: Chromium's switches, read from the command line and added to by the app.
import { emulation } from '../not-emulated.ts';

/** Everything after the first argument that isn't a switch belongs to the app, but switches are found there too. */
export class CommandLine
  extends emulation('app.commandLine')
  implements
    Pick<
      Electron.CommandLine,
      'appendSwitch' | 'appendArgument' | 'hasSwitch' | 'getSwitchValue' | 'removeSwitch'
    >
{
  readonly #switches = new Map<string, string>();

  constructor(argv: readonly string[]) {
    super();
    for (const argument of argv.slice(1)) {
      if (argument === '--') break;
      const [, name, value = ''] = /^--([^=]+)(?:=(.*))?$/s.exec(argument) ?? [];
      if (name !== undefined) this.appendSwitch(name, value);
    }
  }

  appendSwitch(name: string, value = ''): void {
    this.#switches.set(name.toLowerCase(), value);
  }
  appendArgument(value: string): void {
    process.argv.push(value);
  }
  hasSwitch(name: string): boolean {
    return this.#switches.has(name.toLowerCase());
  }
  getSwitchValue(name: string): string {
    return this.#switches.get(name.toLowerCase()) ?? '';
  }
  removeSwitch(name: string): void {
    this.#switches.delete(name.toLowerCase());
  }
}
