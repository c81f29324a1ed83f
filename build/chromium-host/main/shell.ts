// shell: asks the desktop, where there is one; without a display nothing is opened, and nothing pretends to be.
import { execFile } from 'node:child_process';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { onDisplay } from '../chromium/running.ts';
import { emulation, notEmulated } from '../not-emulated.ts';

class ShellHost
  extends emulation('shell')
  implements Pick<Electron.Shell, 'showItemInFolder' | 'openExternal' | 'beep'>
{
  showItemInFolder(fullPath: string): void {
    if (!onDisplay) return;
    execFile(process.platform === 'darwin' ? 'open' : 'xdg-open', [dirname(fullPath)], (error) => {
      if (error) console.error(`Chromium host: ${error.message}`);
    });
  }
  async openExternal(address: string): Promise<void> {
    if (!onDisplay) notEmulated('shell.openExternal', 'there is no display');
    await promisify(execFile)(process.platform === 'darwin' ? 'open' : 'xdg-open', [address]);
  }
  beep(): void {
    process.stderr.write('\u0007');
  }
}

export const shell = new ShellHost();
