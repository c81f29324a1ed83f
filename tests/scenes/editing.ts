// Sections in edit, and what is wrong with what was typed.
import { ageOn } from '../../shared/library.ts';
import { cardOf, isFree } from '../drive/central.ts';
import { press } from '../drive/person.ts';
import type { Act } from './stage.ts';

const SECTIONS = [
  'Personal details',
  'Contact',
  'Address',
  'Card',
  'Guarantor',
  'Library',
  'Preferences',
  'Staff note',
] as const;
const slug = (words: string) => words.toLowerCase().replaceAll(' ', '-');
const today = new Date().toISOString().slice(0, 10);

export const editing: Act = {
  name: 'editing',
  async play(stage, show) {
    const app = await stage.signedIn();
    const [patron, child] = await stage.patrons(isFree, ({ sections }) => {
      const { birthDate } = sections.personal.values;
      return birthDate !== null && ageOn(birthDate, today) < 12;
    });
    if (!patron || !child) return;
    const window = await app.openPatronData(cardOf(patron));
    const save = window.getByRole('button', { name: 'Save', exact: true });
    const cancel = window.getByRole('button', { name: 'Cancel' });
    for (const section of SECTIONS) {
      await window.getByRole('button', { name: `Edit ${section}` }).click();
      await show(`edit-${slug(section)}`, window);
      await cancel.click();
    }
    await window.getByRole('button', { name: 'Edit Personal details' }).click();
    await window.getByLabel('National ID', { exact: true }).fill('19121212-1213');
    await window.getByLabel('Family name').fill('');
    await window.getByLabel('Birth date').fill('in May');
    await save.click();
    await window.getByRole('alert').waitFor();
    await show('edit-mistakes', window);
    await cancel.click();
    await window.getByRole('button', { name: 'Leave' }).click();
    await window.getByRole('button', { name: 'Edit Card' }).click();
    await window.getByLabel('New PIN').fill('8264');
    await window.getByLabel('Repeat PIN').fill('8265');
    await window.getByRole('button', { name: 'Save PIN' }).click();
    await show('edit-pins-differ', window);

    const small = await app.openPatronData(cardOf(child));
    await small.getByRole('button', { name: 'Edit Guarantor' }).click();
    const guarantor = small.getByRole('combobox', { name: 'Guarantor', exact: true });
    await guarantor.fill('an');
    await small.getByRole('option').first().waitFor();
    await guarantor.press('ArrowDown');
    await show('edit-guarantor-choices', small);

    await small.keyboard.press('Escape');
    await press(small, 'Control+l');
    const lock = small.getByRole('dialog').filter({ has: small.getByLabel('Password') });
    const { username, password } = stage.account('privacy');
    await lock.getByLabel('Username').fill(username);
    await lock.getByLabel('Password').fill(password);
    await lock.getByRole('button', { name: 'Sign in' }).click();
    await lock.getByRole('alert').waitFor();
    await show('locked-over-unsaved', small);
  },
};
