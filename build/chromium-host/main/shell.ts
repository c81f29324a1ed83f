// shell: asks the desktop, where there is one; without a display nothing is opened, and nothing pretends to be.
import { execFile } from 'node:child_process';
import { dirname } from 'node:path';
import { onDisplay } from '../chromium/running.ts';
import { emulation } from '../not-emulated.ts';

class ShellHost extends emulation('shell') implements Pick<Electron.Shell, 'showItemInFolder' | 'beep'> {
  showItemInFolder(fullPath: string): void {
    if (!onDisplay) return;
    execFile(process.platform === 'darwin' ? 'open' : 'xdg-open', [dirname(fullPath)], (error) => {
      if (error) console.error(`Chromium host: ${error.message}`);
    });
  }
  beep(): void {
    process.stderr.write('\u0007');
  }
}

export const shell = new ShellHost();
