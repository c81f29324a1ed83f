// A desk that doesn't start: its files, its key, its keyring.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Act } from './stage.ts';

export const trouble: Act = {
  name: 'trouble at the start',
  async play(stage, show) {
    const app = await stage.launch({}, { CHROMIUM_HOST_KEYRING: 'absent' });
    await app.desk.getByRole('heading', { level: 1 }).waitFor();
    await show('trouble-no-keyring', app.desk);
    await app.quit();

    const before = await stage.signedIn();
    await before.quit();
    rmSync(join(stage.folders.home, '.local', 'share', 'chromium-host-keyring'), { recursive: true });
    const after = await stage.launch();
    await after.desk.getByRole('heading', { level: 1 }).waitFor();
    await show('trouble-forgotten-key', after.desk);
    await after.desk.getByRole('button', { name: 'Begin anew' }).click();
    await after.desk.getByRole('alertdialog').waitFor();
    await show('trouble-begin-anew', after.desk);
  },
};
