// Download patron data: asks the server for the file and saves it in the Downloads folder under a name that
// tells nothing of the patron. Windows learn a file's id, and can only ask to show that one.
import { access } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { v4 } from 'uuid';
import type { Clock } from '../../shared/clock.ts';
import type { Random } from '../../shared/random.ts';
import type { DeskStore } from '../cache/desk-store.ts';
import type { Acts } from '../patrons/acts.ts';
import type { StaffSession } from '../session/staff-session.ts';
import { Failure } from '../support/failure.ts';
import { saveWholeFile, type Files } from './save-file.ts';

export interface DownloadParts {
  session: StaffSession;
  acts: Acts;
  store: DeskStore;
  files: Files;
  clock: Clock;
  random: Random;
  downloadsFolder: () => string;
  showInFolder: (path: string) => void;
}

export class PatronDataDownload {
  readonly #parts: DownloadParts;
  readonly #saved = new Map<string, string>();

  constructor(parts: DownloadParts) {
    this.#parts = parts;
  }

  async download(patronId: string): Promise<{ file: string; folder: string; name: string }> {
    const { session, acts, store, files, random, clock, downloadsFolder } = this.#parts;
    const { epoch } = await store.pullState(session.require().library.id);
    if (epoch === null) throw new Failure({ code: 'needsServer' });
    const { staff, library } = session.require();
    const patronData = await session.use((central) =>
      acts.perform([central.staff.id, patronId, 'download'], async (act) => {
        const exported = await central.exportPatronData(act, epoch, patronId);
        // The server has logged it under the act's id; should it be restored without that, it hears of it again.
        const { id, at } = act;
        await store.appendLogEvent({ id, kind: 'exported', library: library.id, patronId, staff, at });
        return exported;
      }),
    );
    const date = localDate(new Date(clock.now()));
    const name = `patron-data-${date}-${Buffer.from(random.bytes(8)).toString('hex')}.json`;
    const path = await saveWholeFile(
      files,
      downloadsFolder(),
      name,
      `${JSON.stringify(patronData, null, 2)}\n`,
    );
    const file = v4({ random: random.bytes(16) });
    this.#saved.set(file, path);
    return { file, folder: dirname(path), name: basename(path) };
  }

  async show(file: string): Promise<void> {
    const path = this.#saved.get(file);
    if (!path) throw new Failure({ code: 'fileGone' });
    await access(path).catch((thrown: unknown) => {
      throw new Failure({ code: 'fileGone', folder: dirname(path) }, thrown);
    });
    this.#parts.showInFolder(path);
  }
}

const two = (number: number) => String(number).padStart(2, '0');
const localDate = (day: Date) => `${day.getFullYear()}-${two(day.getMonth() + 1)}-${two(day.getDate())}`;
