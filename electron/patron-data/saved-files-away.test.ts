// Saved files whose share or disk is away as their time is over.
import * as files from 'node:fs/promises';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Files } from './save-file.ts';
import {
  begin,
  device,
  failing,
  folder,
  HOUR,
  ID,
  JSON_NAME,
  memory,
  pass,
  PDF_NAME,
  renumber,
  saved,
  SECOND,
} from './testing-saved-files.ts';

beforeEach(begin);

const withDevice = async (path: string) => Object.assign(await stat(path), { dev: device });

describe('a file whose folder can’t be reached', () => {
  let share: string;
  beforeEach(async () => {
    share = join(folder, 'share');
    await mkdir(share);
  });
  const goAway = () => rename(share, join(folder, 'away'));
  const comeBack = () => rename(join(folder, 'away'), share);

  test('when its time is over goes once it can be', async () => {
    await saved(memory(), `share/${JSON_NAME}`);
    pass(25 * HOUR);
    await goAway();
    const second = memory();
    await second.boot();
    second.shutdown();
    await comeBack();
    await memory().boot();
    expect(await readdir(share)).toEqual([]);
    expect(await readFile(join(folder, 'saved-files.json'), 'utf8')).toBe('[]');
  });

  test.each(['EIO', 'ESTALE', 'ETIMEDOUT', 'EACCES', 'EHOSTDOWN'])(
    '(%s) goes once it can be',
    async (code) => {
      await saved(memory(), `share/${JSON_NAME}`);
      pass(25 * HOUR);
      const second = memory({ files: { ...files, stat: failing(code) as Files['stat'] } });
      await second.boot();
      second.shutdown();
      await memory().boot();
      expect(await readdir(share)).toEqual([]);
    },
  );

  /** A share that is not mounted leaves an empty folder in its place, which is another device's. */
  const unmount = async () => {
    await goAway();
    await mkdir(share);
    renumber(1);
  };
  const mount = async () => {
    await rm(share, { recursive: true });
    await comeBack();
    renumber(-1);
  };
  const mounted = { ...files, stat: withDevice as Files['stat'] };

  test('since it is not mounted goes once it can be, whether it was saved or was being written', async () => {
    const saver = memory({ files: mounted });
    await saved(saver, `share/${JSON_NAME}`);
    const part = join(share, `.${PDF_NAME}.part`);
    saver.begin(SECOND, [part], device);
    await writeFile(part, 'half of');
    pass(25 * HOUR);
    await unmount();
    const second = memory({ files: mounted });
    await second.boot();
    second.shutdown();
    await mount();
    await memory({ files: mounted }).boot();
    expect(await readdir(share)).toEqual([]);
  });

  test.each([
    { to: 'within', on: 'another', where: () => share },
    { to: 'out of', on: 'the same', where: () => folder },
  ])('was moved $to its folder, which is on $on device now, is forgotten', async ({ on, where }) => {
    await saved(memory({ files: mounted }), `share/${JSON_NAME}`);
    await rename(join(share, JSON_NAME), join(where(), 'moved.json'));
    // Disks are numbered anew at each start of a computer.
    if (on === 'another') renumber(1);
    pass(25 * HOUR);
    await memory({ files: mounted }).boot();
    expect(await readFile(join(folder, 'saved-files.json'), 'utf8')).toBe('[]');
  });

  test.each([
    { how: 'is missing', leave: goAway, back: comeBack },
    { how: 'is not mounted', leave: unmount, back: mount },
  ])(
    'since it $how is said to be there still when staff look for it or delete it',
    async ({ leave, back }) => {
      const saver = memory({ files: mounted });
      await saved(saver, `share/${JSON_NAME}`, null);
      await leave();
      const away = { error: { code: 'fileAway', folder: share } };
      await expect(saver.present(ID)).rejects.toMatchObject(away);
      await expect(saver.delete(ID)).rejects.toMatchObject(away);
      await back();
      await saver.delete(ID);
      expect(await readdir(share)).toEqual([]);
    },
  );
});
