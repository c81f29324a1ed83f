// What the requests' answers must not do: for a page that was taken over, when windows race each other, or when staff
// leave while one is answered.
import { EventEmitter } from 'node:events';
import { describe, expect, test, vi } from 'vitest';
import { DOWNLOAD_PATRON_DATA } from '../../shared/permissions.ts';
import type { RequestName } from '../../shared/ipc/contract.ts';
import { Failure } from '../support/failure.ts';
import type { Asker } from './gate.ts';
import { handlersOf, troubleHandlers, type HandlerParts, type TroubleParts } from './handlers.ts';

const PATRON = '0199a3c4-0000-7000-8000-000000000001';
const LINKED = '0199a3c4-0000-7000-8000-000000000002';
const present = (id: string, library = 'north') => ({ staff: { id }, library: { id: library } });
const asker = { kind: 'patron', patronId: PATRON, contents: {} } as unknown as Asker;

test('a linked patron’s window does not open once the window that asked for it is gone', async () => {
  const showPatron = vi.fn();
  let isThere = true;
  const parts = {
    desk: {
      session: { require: () => present('lead') },
      patrons: {
        linkedTo: () => {
          isThere = false;
          return Promise.resolve([LINKED]);
        },
      },
    },
    windows: { ownerOf: () => (isThere ? { kind: 'patron', patronId: PATRON } : undefined), showPatron },
  };
  const handlers = handlersOf(parts as unknown as HandlerParts);
  await expect(handlers['patron.openLinked']({ patronId: LINKED }, asker)).rejects.toMatchObject({
    error: { code: 'requestRefused' },
  });
  expect(showPatron).not.toHaveBeenCalled();
});

test('a patron’s window opens nobody whom its patron’s record does not name', async () => {
  const [showPatron, logLook] = [vi.fn(), vi.fn()];
  const handlers = handlersOf({
    desk: {
      session: { require: () => present('lead') },
      patrons: { linkedTo: () => Promise.resolve([LINKED]), opened: logLook },
    },
    windows: { ownerOf: () => asker, openPatrons: () => [], showPatron },
    recent: { opened: () => undefined },
  } as unknown as HandlerParts);
  const stranger = LINKED.replace(/2$/, '3');
  await expect(handlers['patron.openLinked']({ patronId: stranger }, asker)).rejects.toMatchObject({
    error: { code: 'patronUnknown' },
  });
  expect(logLook).not.toHaveBeenCalled();
  expect(showPatron).not.toHaveBeenCalled();
  await handlers['patron.openLinked']({ patronId: LINKED }, asker);
  expect(showPatron).toHaveBeenCalledExactlyOnceWith(LINKED);
});

test.each<[RequestName, object]>([
  ['patron.block', { comment: 'x' }],
  ['patron.unblock', { blocks: [LINKED], comment: 'x' }],
  ['patron.delete', { tag: 't' }],
  ['patron.downloadQuestions', {}],
  ['patron.download', { requester: 'unchecked', saveElsewhere: false }],
])('%s does nothing for staff who may not, whichever buttons their page shows', async (name, args) => {
  const act = vi.fn();
  const all = new Proxy({}, { get: () => act });
  const handlers = handlersOf({
    desk: { session: { require: () => ({ ...present('desk'), permissions: [] }) }, patrons: all },
    download: all,
  } as unknown as HandlerParts);
  const ask = handlers[name] as (args: object, asker: Asker) => unknown;
  await expect((async () => ask(args, asker))()).rejects.toMatchObject({ error: { code: 'notPermitted' } });
  expect(act).not.toHaveBeenCalled();
});

describe('a patron whose look', () => {
  const showPatron = vi.fn();
  const open = (logLook: () => Promise<void>, isThere = () => true, here = () => present('lead')) => {
    showPatron.mockClear();
    const handlers = handlersOf({
      desk: { session: { require: here }, patrons: { opened: logLook } },
      windows: {
        ...{ showPatron, openPatrons: () => [] },
        ownerOf: () => (isThere() ? { kind: 'desk' } : undefined),
      },
      recent: { opened: () => undefined },
    } as unknown as HandlerParts);
    return () => handlers['patrons.open']({ patronId: PATRON }, asker);
  };

  test('can’t be logged, since the disk is full, does not open', async () => {
    const full = () => Promise.reject(new Failure({ code: 'diskFull' }));
    await expect(open(full)()).rejects.toMatchObject({ error: { code: 'diskFull' } });
    expect(showPatron).not.toHaveBeenCalled();
  });

  test('is being logged as staff leave does not open before whoever comes next', async () => {
    let isThere = true;
    const leaves = () => {
      isThere = false;
      return Promise.resolve();
    };
    await expect(open(leaves, () => isThere)()).rejects.toMatchObject({ error: { code: 'requestRefused' } });
    expect(showPatron).not.toHaveBeenCalled();
  });

  test.each([
    ['somebody else takes over', present('desk')],
    ['the same person takes over for another library', present('lead', 'south')],
  ])('is being logged as %s does not open before them; what they open does', async (_what, next) => {
    let here = present('lead');
    const logged: (() => void)[] = [];
    const slow = () => new Promise<void>((resolve) => void logged.push(resolve));
    const press = open(
      slow,
      () => true,
      () => here,
    );
    const former = press();
    here = next;
    const theirs = press();
    logged[0]?.();
    await expect(former).rejects.toMatchObject({ error: { code: 'requestRefused' } });
    expect(showPatron).not.toHaveBeenCalled();
    logged[1]?.();
    await theirs;
    expect(showPatron).toHaveBeenCalledTimes(1);
  });

  test('was asked for twice at once is logged once', async () => {
    const logLook = vi.fn(() => Promise.resolve());
    const press = open(logLook);
    await Promise.all([press(), press()]);
    expect(logLook).toHaveBeenCalledTimes(1);
    expect(showPatron).toHaveBeenCalledTimes(1);
  });
});

test('whom a window scanned, no other one opens', async () => {
  const scans = new Map<object, string>();
  const showPatron = vi.fn();
  const handlers = handlersOf({
    desk: {
      session: { require: () => present('lead') },
      patrons: { opened: () => Promise.resolve() },
      scannedCards: {
        find: (_card: string, window: object) => {
          scans.set(window, LINKED);
          return Promise.resolve({ scan: 1, found: null });
        },
        patronOf: (_scan: number, _wanted: boolean, window: object) => scans.get(window),
      },
    },
    windows: { showPatron, openPatrons: () => [], ownerOf: () => ({ kind: 'desk' }) },
    recent: { opened: () => undefined },
  } as unknown as HandlerParts);
  const desk = { kind: 'desk', contents: {} } as unknown as Asker;
  await handlers['scan.find']({ card: '2100001' }, desk);
  const open = (by: Asker) => handlers['scan.open']({ scan: 1, wanted: true }, by);
  expect(await open(asker)).toEqual({ opened: false });
  expect(showPatron).not.toHaveBeenCalled();
  expect(await open(desk)).toEqual({ opened: true });
});

test('a window that starts as the desk is locked learns that it is locked', async () => {
  let status = 'signedIn';
  const handlers = handlersOf({
    desk: {
      session: {
        get state() {
          return { status };
        },
      },
    },
    look: {},
    server: {},
    syncState: () => {
      status = 'locked';
      return Promise.resolve({});
    },
  } as unknown as HandlerParts);
  expect(await handlers['session.state']({}, asker)).toMatchObject({ session: { status: 'locked' } });
});

test.each([
  ['signedIn', true],
  ['locked', false],
  ['expired', false],
  ['signedOut', false],
] as const)(
  'where the desk is %s, a page hides the screen: %s; it keeps nobody from typing a password',
  async (status, hides) => {
    const hide = vi.fn();
    const handlers = handlersOf({
      desk: { session: { state: { status } } },
      look: { hide },
    } as unknown as HandlerParts);
    await handlers['window.hide']({ hidden: true }, asker);
    expect(hide.mock.calls).toEqual(hides ? [[true]] : []);
    hide.mockClear();
    await handlers['window.hide']({ hidden: false }, asker);
    expect(hide).toHaveBeenCalledExactlyOnceWith(false);
  },
);

test('a patron does not open in the library’s system once the desk was locked while the record was read', async () => {
  const openOutside = vi.fn();
  let locked = false;
  const parts = {
    desk: {
      session: {
        require: () => {
          if (locked) throw new Failure({ code: 'locked' });
        },
      },
      patrons: {
        read: () => {
          locked = true;
          return Promise.resolve({ patron: { id: PATRON } });
        },
      },
    },
    windows: { ownerOf: () => ({ kind: 'patron', patronId: PATRON }) },
    openOutside,
  };
  const handlers = handlersOf(parts as unknown as HandlerParts);
  await expect(handlers['patron.openOutside']({}, asker)).rejects.toMatchObject({
    error: { code: 'locked' },
  });
  expect(openOutside).not.toHaveBeenCalled();
});

test.each(['destroyed', 'render-process-gone'])(
  'a download whose page is gone (%s) is cancelled: nobody would be told of the file',
  async (event) => {
    const contents = new EventEmitter();
    const cancel = vi.fn();
    const download = () => {
      contents.emit(event);
      return Promise.reject(new Failure({ code: 'cancelled' }));
    };
    const handlers = handlersOf({
      desk: { session: { require: () => ({ permissions: [DOWNLOAD_PATRON_DATA] }) } },
      download: { download, cancel },
    } as unknown as HandlerParts);
    const ask = { requester: 'unchecked', saveElsewhere: false } as const;
    await expect(
      handlers['patron.download'](ask, { ...asker, contents } as unknown as Asker),
    ).rejects.toMatchObject({ error: { code: 'cancelled' } });
    expect(cancel).toHaveBeenCalledExactlyOnceWith(PATRON);
    expect(contents.eventNames()).toEqual([]);
  },
);

test.each(['noKeyring', 'newerFiles', 'unusable'] as const)(
  'a page of a desk whose trouble is %s can’t have the outbox set aside and the copy deleted',
  async (kind) => {
    const beginAnew = vi.fn(() => Promise.resolve());
    const handlers = troubleHandlers({
      trouble: () => ({ kind, waiting: null }),
      beginAnew,
    } as unknown as TroubleParts);
    const asking = (async () => handlers['session.beginAnew']({}, asker))();
    await expect(asking).rejects.toMatchObject({ error: { code: 'requestRefused' } });
    expect(beginAnew).not.toHaveBeenCalled();
  },
);

test('asked twice at once, the desk begins anew once', async () => {
  let began = 0;
  const parts: Omit<TroubleParts, 'look'> = {
    trouble: () => ({ kind: 'forgottenKey', waiting: null }),
    beginAnew: () => Promise.resolve(void began++),
  };
  const handlers = troubleHandlers(parts as TroubleParts);
  await Promise.all([handlers['session.beginAnew']({}, asker), handlers['session.beginAnew']({}, asker)]);
  expect(began).toBe(1);
});
