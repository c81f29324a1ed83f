// @vitest-environment happy-dom
import { mount } from '@vue/test-utils';
import { createPinia, setActivePinia } from 'pinia';
import { beforeEach, describe, expect, it } from 'vitest';
import type { DeskAct } from '../../../shared/ipc/sync.ts';
import { BLOCK_PATRON, type Permission } from '../../../shared/permissions.ts';
import { useSession } from '../../app/session.ts';
import { i18n, isolated } from '../../app/words.ts';
import { fakeMain } from '../../testing/fake-main.ts';
import ActRow from './ActRow.vue';

beforeEach(() => {
  setActivePinia(createPinia());
  fakeMain();
});

const ofAColleague: DeskAct = {
  id: '0190c8f2-0000-7000-8000-000000000001',
  actedAt: '2026-03-01T10:00:00.000Z',
  staff: { id: '0190c8f2-0000-7000-8000-000000000002', name: 'Colleague' },
  state: 'refused',
  kind: 'block',
  section: null,
  patronId: '0190c8f2-0000-7000-8000-000000000003',
  patronName: 'Somebody Known',
  unseen: false,
  base: {},
  changes: {},
  comment: 'Wet books.',
  needsAuthor: true,
  heldBy: null,
  neverLeft: true,
  confirmedAt: null,
  conflict: null,
  refusal: null,
};

describe('an act of a colleague', () => {
  function row(act: DeskAct, permissions = [BLOCK_PATRON]) {
    useSession().state = { status: 'signedIn', permissions } as never;
    return mount(ActRow, { props: { act }, global: { plugins: [i18n], stubs: { Dialog: true } } });
  }

  it('names the patron, opens them, and can be let go of', () => {
    const shown = row(ofAColleague);
    expect(shown.text()).toContain('Wet books.');
    expect(shown.findAll('button').map((button) => button.text())).toEqual([
      isolated('Somebody Known'),
      'Let go',
    ]);
  });

  it.each<[string, Partial<DeskAct>, Permission[], boolean]>([
    ['a block that waits, with the permission', {}, [BLOCK_PATRON], true],
    ['a block that waits, without it', {}, [], false],
    ['an edit that waits, which takes none', { kind: 'saveSection', section: 'contact' }, [], true],
    ['what may be at the server already', { neverLeft: false }, [BLOCK_PATRON], false],
    ['what is sent without its author', { needsAuthor: false }, [BLOCK_PATRON], false],
  ])('%s: whether it can be let go of', (_what, told, permissions, can) => {
    const shown = row({ ...ofAColleague, state: 'waiting', ...told }, permissions);
    expect(shown.findAll('button').some((button) => button.text() === 'Let go')).toBe(can);
  });

  it('on a patron whom this account isn’t shown says so, and nothing can be done about it', () => {
    const shown = row({ ...ofAColleague, patronName: '', comment: '', unseen: true });
    expect(shown.text()).toContain("Patron whom your account doesn't see");
    expect(shown.findAll('button')).toEqual([]);
  });
});
