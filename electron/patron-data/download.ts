// Download patron data: saves an export as the policy says, under a name that tells nothing of the patron. Windows learn
// a file's id, and can only ask to show or delete that one; they never name a path.
import { v4 } from 'uuid';
import type { Clock } from '../../shared/clock.ts';
import type { RequestArgs, RequestResult } from '../../shared/ipc/contract.ts';
import type { Requester } from '../../shared/patron-data/requester.ts';
import type { Random } from '../../shared/random.ts';
import type { PatronDataPolicy } from '../policy/patron-data-policy.ts';
import { orAborted, pause } from '../support/aborted.ts';
import { Failure } from '../support/failure.ts';
import type { Elsewhere } from './folder.ts';
import type { OpenedExport } from './open-export.ts';
import type { Print } from './pdf/print.ts';
import { besideOf, Saving, type Files } from './save-file.ts';
import type { SavedFiles } from './saved-files.ts';
import { namesOf, writeFiles, type Progress } from './write-files.ts';

export interface DownloadParts {
  open: (patronId: string, requester: Requester) => Promise<OpenedExport>;
  policy: PatronDataPolicy;
  print: Print;
  files: Files;
  savedFiles: SavedFiles;
  clock: Clock;
  random: Random;
  downloadsFolder: () => string;
  /** Where a folder's files go besides this computer. */
  elsewhere: (folder: string) => Promise<Elsewhere | undefined>;
  showInFolder: (path: string) => void;
  /** Undefined: it's over. */
  onProgress: (patronId: string, progress: Progress | undefined) => void;
}

export class PatronDataDownload {
  readonly #parts: DownloadParts;
  readonly #underWay = new Map<string, AbortController>();
  /** Whose files they are, by the id that windows know. */
  readonly #owners = new Map<string, string>();

  constructor(parts: DownloadParts) {
    this.#parts = parts;
  }

  /** What staff are asked before anything is saved, the patron's age apart. */
  async questions(): Promise<RequestResult<'patron.downloadQuestions'>> {
    const folder = this.#folder();
    const found = await this.#parts.elsewhere(folder);
    return { whoIsAsking: this.#parts.policy.askWhoIsAsking, elsewhere: found ? { folder, ...found } : null };
  }

  async download(
    patronId: string,
    { requester, saveElsewhere }: RequestArgs<'patron.download'>,
  ): Promise<RequestResult<'patron.download'>> {
    const { policy } = this.#parts;
    if (policy.askWhoIsAsking && requester === 'unchecked') throw new Failure({ code: 'requestRefused' });
    const folder = this.#folder();
    if (this.#underWay.has(patronId)) throw new Failure({ code: 'requestRefused' }, 'under way');
    const controller = new AbortController();
    this.#underWay.set(patronId, controller);
    const { signal } = controller;
    try {
      // Looking at a folder may take long, on a server that is away: whoever asked may have left by then.
      const isElsewhere = !saveElsewhere && (await orAborted(this.#parts.elsewhere(folder), signal));
      if (isElsewhere) throw new Failure({ code: 'folderElsewhere', folder });
      return await this.#save(patronId, requester, folder, signal);
    } catch (thrown) {
      throw signal.aborted ? new Failure({ code: 'cancelled' }) : thrown;
    } finally {
      this.#underWay.delete(patronId);
      this.#parts.onProgress(patronId, undefined);
    }
  }

  cancel(patronId: string): void {
    this.#underWay.get(patronId)?.abort();
  }

  async #save(patronId: string, requester: Requester, folder: string, signal: AbortSignal) {
    const { open, policy, print, files, savedFiles, clock, random, onProgress } = this.#parts;
    const opened = await orAborted(open(patronId, requester), signal);
    const id = v4({ random: random.bytes(16) });
    const name = `patron-data-${localDate(new Date(clock.now()))}-${Buffer.from(random.bytes(8)).toString('hex')}`;
    const names = namesOf(name, policy);
    const deleteAt =
      policy.deleteAfterHours === 0
        ? null
        : new Date(clock.now() + policy.deleteAfterHours * 3_600_000).toISOString();
    const saving = new Saving(files, folder);
    const device = await orAborted(saving.prepare(), signal);
    const unfinished = names.map((one) => besideOf(folder, one));
    savedFiles.begin(id, unfinished, device);
    try {
      await writeFiles(opened, name, {
        policy,
        print,
        pause,
        signal,
        begin: (one) => saving.begin(one),
        onProgress: (progress) => {
          onProgress(patronId, progress);
        },
      });
      signal.throwIfAborted();
      savedFiles.settle(id, await saving.settle(), deleteAt);
      const stayed = await saving.nameThem(signal);
      // Until here, whoever asked may have left.
      signal.throwIfAborted();
      savedFiles.finish(id, stayed);
    } catch (thrown) {
      await savedFiles.undo(id, await saving.discard());
      throw thrown;
    }
    this.#owners.set(id, patronId);
    return { file: id, folder, names, deleteAt, madeFrom: opened.source.head.madeFrom.kind };
  }

  async show(patronId: string, file: string): Promise<void> {
    const [path] = await this.#parts.savedFiles.present(this.#own(patronId, file));
    if (!path) throw new Failure({ code: 'fileGone' });
    this.#parts.showInFolder(path);
  }

  async delete(patronId: string, file: string): Promise<void> {
    await this.#parts.savedFiles.delete(this.#own(patronId, file));
    this.#owners.delete(file);
  }

  #own(patronId: string, file: string): string {
    if (this.#owners.get(file) !== patronId) throw new Failure({ code: 'fileGone' });
    return file;
  }

  #folder(): string {
    return this.#parts.policy.folder ?? this.#parts.downloadsFolder();
  }
}

const two = (number: number) => String(number).padStart(2, '0');
const localDate = (day: Date) => `${day.getFullYear()}-${two(day.getMonth() + 1)}-${two(day.getDate())}`;
