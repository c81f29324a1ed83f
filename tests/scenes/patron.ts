// The patron details window: its tabs, empty and full; blocks; names of every kind.
import type { Patron } from '../../shared/patrons/patron.ts';
import { cardOf, isFree } from '../drive/central.ts';
import { press } from '../drive/person.ts';
import { scan } from '../drive/scanner.ts';
import type { Act } from './stage.ts';

const TABS = ['Loans', 'Reservations', 'Debts', 'Patron data', 'Notifications', 'Agreements'] as const;
const slug = (words: string) => words.toLowerCase().replaceAll(' ', '-');

const LIBRARY_SYSTEM = { librarySystem: { patronAddress: 'https://ils.example/patrons/{patronId}' } };

export const tabs: Act = {
  name: 'tabs',
  async play(stage, show) {
    const app = await stage.signedIn(LIBRARY_SYSTEM);
    const [busy, none] = await stage.patrons(
      (p) => p.loans.length > 1 && p.reservations.length > 0 && p.debts.length > 0,
      isFree,
    );
    if (!busy || !none) return;
    const window = await app.openPatron(cardOf(busy));
    for (const tab of TABS) {
      await window.getByRole('tab', { name: tab }).click();
      await window
        .getByRole('tabpanel')
        .getByRole(tab === 'Patron data' ? 'button' : 'paragraph')
        .or(window.getByRole('row'))
        .first()
        .waitFor();
      await show(`tab-${slug(tab)}`, window);
    }
    await window.getByRole('tab', { name: 'Loans' }).click();
    await window.getByRole('columnheader', { name: 'Title' }).getByRole('button').click();
    await show('tab-loans-sorted', window);
    await press(window, 'Control+p');
    await window.getByRole('dialog').waitFor();
    await show('print-a4', window);
    await window.getByLabel('Paper').selectOption('mm80');
    await show('print-80-mm', window);
    await press(window, 'Escape');
    await press(window, 'F1');
    await show('help-in-patron-window', window);
    await press(window, 'Escape');
    const empty = await app.openPatron(cardOf(none));
    for (const tab of ['Loans', 'Reservations', 'Debts'] as const) {
      await empty.getByRole('tab', { name: tab }).click();
      await show(`tab-${slug(tab)}-empty`, empty);
    }
    stage.line.state = 'cut';
    await empty.getByRole('tab', { name: 'Notifications' }).click();
    await empty.getByRole('alert').waitFor();
    await show('tab-notifications-offline', empty);
  },
};

const blocked = (p: Patron) => p.blocks.length > 0 && p.debtBlock === null;
const debtBlocked = (p: Patron) => p.debtBlock !== null && p.blocks.length === 0;

export const standing: Act = {
  name: 'standing',
  async play(stage, show) {
    const app = await stage.signedIn();
    const [block, debt, both, foreign, long] = await stage.patrons(
      blocked,
      debtBlocked,
      (p) => p.debtBlock !== null && p.blocks.length === 0,
      isFree,
      isFree,
    );
    if (!block || !debt || !both || !foreign || !long) return;
    await show('patron-blocked', await app.openPatron(cardOf(block)));
    await show('patron-debt-blocked', await app.openPatron(cardOf(debt)));
    const comment = `${'Returned three audio books wet and would not speak of it. '.repeat(8)}\nRung on Monday.\nNo answer.`;
    for (const id of ['0190c8f2-0000-7000-8000-000000000001', '0190c8f2-0000-7000-8000-000000000002'])
      await stage.central.act('POST', `/patrons/${both.id}/blocks`, { id, comment });
    await show('patron-blocked-twice-and-in-debt', await app.openPatron(cardOf(both)));
    await stage.central.saveSection(foreign.id, 'personal', {
      givenName: 'محمد عبد الرحمن',
      familyName: 'الخوارزمي',
    });
    await show('patron-name-from-right-to-left', await app.openPatronData(cardOf(foreign)));
    await stage.central.saveSection(long.id, 'personal', {
      givenName: 'Maria Magdalena Konstantina Alexandra Wilhelmina Charlotta Ulrika Eleonora',
      familyName: 'von Österreich-Ungarn-Schleswig-Holstein-Sonderburg-Glücksburg af Södermanland',
    });
    const window = await app.openPatronData(cardOf(long));
    await show('patron-long-name', window);
    await app.desk.getByRole('button', { name: 'Sign out' }).click();
    await app.signIn(stage.account('desk'));
    await show('patron-data-without-permissions', await app.openPatronData(cardOf(foreign)));
  },
};

export const scanned: Act = {
  name: 'scanned',
  async play(stage, show) {
    const app = await stage.signedIn();
    const [patron, other] = await stage.patrons(isFree, isFree);
    if (!patron || !other) return;
    const window = await app.openPatronData(cardOf(patron));
    await window.getByRole('button', { name: 'Edit Personal details' }).click();
    await window.getByLabel('Given name').fill('Zoë Ana');
    await scan(window, cardOf(other));
    await window.getByText('Open scanned card?').waitFor();
    await show('scan-offered', window);
    await window.getByRole('button', { name: 'Dismiss' }).first().click();
    await press(window, 'Control+w');
    await window.getByRole('alertdialog').waitFor();
    await show('leave-unsaved', window);
    await press(window, 'Escape');
    await app.desk.getByRole('button', { name: 'Sign out' }).click();
    await app.desk.getByRole('alertdialog').waitFor();
    await show('sign-out-unsaved', app.desk);
    await press(app.desk, 'Escape');
    await stage.central.saveSection(other.id, 'card', {
      cards: [...other.sections.card.values.cards, { number: 'L0ST12345', state: 'lost' }],
    });
    await scan(app.desk, 'L0ST12345');
    await app.desk.getByText('marked as lost').waitFor();
    await show('scan-lost-card', app.desk);
  },
};
