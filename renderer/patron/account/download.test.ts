import { createPinia, setActivePinia } from 'pinia';
import { beforeEach, describe, expect, it } from 'vitest';
import type { RequestResult } from '../../../shared/ipc/contract.ts';
import type { Patron } from '../../../shared/patrons/patron.ts';
import { EMPTY_SECTIONS } from '../../../shared/patrons/sections.ts';
import { useNotices } from '../../app/notices.ts';
import { fakeMain, ok, refused, type FakeMain } from '../../testing/fake-main.ts';
import { usePatron } from '../patron.ts';
import { useDownload } from './download.ts';

const PATRON = '00000000-0000-4000-8000-000000000001';
const SAVED: RequestResult<'patron.download'> = {
  file: 'f',
  folder: '/home/eva/Downloads',
  names: ['patron-data-x.json', 'patron-data-x.pdf'],
  deleteAt: null,
  madeFrom: 'server',
};

let main: FakeMain;
beforeEach(() => {
  setActivePinia(createPinia());
  main = fakeMain();
  main.answer('patron.downloadQuestions', () => ok({ whoIsAsking: false, elsewhere: null }));
  main.answer('patron.download', () => ok(SAVED));
});

/** The window of a patron of this age. */
function windowOf(ageGroup: Patron['ageGroup']) {
  const sections = { personal: { values: EMPTY_SECTIONS.personal, tag: 'one' } };
  const patron = { id: PATRON, ageGroup, sections } as Patron;
  main.answer('patron.read', () => ok({ patron, acts: [], asOf: null }));
  usePatron().patron = patron;
  return useDownload();
}
const sent = () => main.asked.filter(({ name }) => name === 'patron.download').map(({ args }) => args);

describe('a download', () => {
  it('is one click where there is nothing to ask', async () => {
    const download = windowOf('adult');
    await download.start();
    expect(sent()).toEqual([{ requester: 'unchecked', saveElsewhere: false }]);
    expect(download.saved).toEqual(SAVED);
    expect(download.asking).toBe(false);
  });

  it.each([
    ['child', ['guardian']],
    ['youth', ['patron', 'guardian']],
  ] as const)('of a %s asks first, and sends what staff answered', async (ageGroup, requesters) => {
    const download = windowOf(ageGroup);
    await download.start();
    expect(download.questions?.requesters).toEqual(requesters);
    expect(sent()).toEqual([]);
    await download.save('guardian');
    expect(sent()).toEqual([{ requester: 'guardian', saveElsewhere: false }]);
  });

  it('asks of everybody where the policy says so, and of a folder that isn’t only here', async () => {
    const elsewhere = { folder: '/home/eva/Dropbox', kind: 'cloud' as const, service: 'Dropbox' };
    main.answer('patron.downloadQuestions', () => ok({ whoIsAsking: true, elsewhere }));
    const download = windowOf('adult');
    await download.start();
    expect(download.questions).toEqual({ requesters: ['patron'], elsewhere });
    await download.save('patron');
    expect(sent()).toEqual([{ requester: 'patron', saveElsewhere: true }]);
  });

  it('that is cancelled says so in passing, and is no failure', async () => {
    main.answer('patron.download', () => refused({ code: 'cancelled' }));
    const download = windowOf('adult');
    await download.start();
    expect(download.failure).toBeUndefined();
    expect(useNotices().notices.map(({ words }) => words().heading)).toEqual([
      'The download was cancelled. No file was saved.',
    ]);
  });

  it('that the server refuses for an age shown too old reads the patron anew', async () => {
    main.answer('patron.download', () => refused({ code: 'requesterMissing' }));
    const download = windowOf('adult');
    await download.start();
    expect(download.failure?.code).toBe('requesterMissing');
    expect(main.asked.map(({ name }) => name)).toContain('patron.read');
  });

  it('shows how far it is while it goes on, for its own patron only', async () => {
    const download = windowOf('adult');
    const at = (done: number) => ({ patronId: PATRON, step: 'reading' as const, done, total: 9 });
    let seen: (number | undefined)[] = [];
    main.answer('patron.download', () => {
      main.raise('download.progress', { ...at(1), patronId: '00000000-0000-4000-8000-000000000002' });
      seen = [download.progress?.done];
      main.raise('download.progress', at(4));
      seen.push(download.progress?.done);
      return ok(SAVED);
    });
    await download.start();
    expect(seen).toEqual([undefined, 4]);
    expect(download.progress).toBeUndefined();
    main.raise('download.progress', at(9));
    expect(download.progress).toBeUndefined();
  });

  it('that staff delete is gone from sight, and so is one that was gone already', async () => {
    const download = windowOf('adult');
    await download.start();
    await download.remove();
    expect(download.saved).toBeUndefined();
    await download.start();
    main.answer('patron.deleteFile', () => refused({ code: 'fileNotDeleted' }));
    await download.remove();
    expect(download.saved).toEqual(SAVED);
    main.answer('patron.deleteFile', () => refused({ code: 'fileGone' }));
    await download.remove();
    expect([download.saved, download.failure?.code]).toEqual([undefined, 'fileGone']);
  });

  it('of which one was changed meanwhile is not said to be deleted', async () => {
    const download = windowOf('adult');
    await download.start();
    main.answer('patron.deleteFile', () => refused({ code: 'fileLeft' }));
    await download.remove();
    expect([download.saved, download.failure?.code]).toEqual([undefined, 'fileLeft']);
    expect(useNotices().notices).toEqual([]);
  });
});
