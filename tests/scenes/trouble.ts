// A desk that doesn't start: its files, its key, its keyring.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Act } from './stage.ts';

export const noKeyring: Act = {
  name: 'no keyring',
  async play(stage, show) {
    const app = await stage.launch({}, { CHROMIUM_HOST_KEYRING: 'absent' });
    await app.desk.getByRole('heading', { level: 1 }).waitFor();
    await show('trouble-no-keyring', app.desk);
  },
};

export const forgottenKey: Act = {
  name: 'forgotten key',
  async play(stage, show) {
    const before = await stage.signedIn();
    await before.quit();
    rmSync(join(stage.folders.home, '.local', 'share', 'chromium-host-keyring'), { recursive: true });
    const app = await stage.launch();
    await app.desk.getByRole('heading', { level: 1 }).waitFor();
    await show('trouble-forgotten-key', app.desk);
    await app.desk.getByRole('button', { name: 'Begin anew' }).click();
    await app.desk.getByRole('alertdialog').waitFor();
    await show('trouble-begin-anew', app.desk);
  },
};
