// dialog: nobody is there to answer one, so all but the error box throw; tests put their own answers in their place.
import { emulation } from '../not-emulated.ts';

class DialogHost extends emulation('dialog') implements Pick<Electron.Dialog, 'showErrorBox'> {
  /** On stderr, where Electron on Linux shows it too before the app is ready. */
  showErrorBox(title: string, content: string): void {
    process.stderr.write(`${title}\n${content}\n`);
  }
}

export const dialog = new DialogHost();
