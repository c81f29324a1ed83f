// Sections with rules of their own: who needs a guarantor, what a national ID shows, cards and further addresses.
import { ageOn } from '../../shared/library.ts';
import type { Patron } from '../../shared/patrons/patron.ts';
import { cardOf, isFree, nameOf } from '../drive/central.ts';
import { press } from '../drive/person.ts';
import { expect, test } from './fixtures.ts';

const today = new Date().toISOString().slice(0, 10);
const isYoung = ({ sections }: Patron) => {
  const { birthDate } = sections.personal.values;
  return birthDate !== null && ageOn(birthDate, today) < 12 && sections.guarantor.values.guarantor !== null;
};

test('a child can not be left without a guarantor; a patron can be linked as one', async ({
  openPatronData,
  colleague,
}) => {
  const adult = await colleague.patronWho(isFree);
  const { patron, window } = await openPatronData('desk', isYoung);
  const field = window.getByRole('combobox', { name: 'Guarantor', exact: true });
  await window.getByRole('button', { name: 'Edit Guarantor' }).click();
  await field.fill('');
  await window.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(field).toHaveAttribute('aria-invalid', 'true');
  expect((await colleague.patron(patron.id)).sections.guarantor).toEqual(patron.sections.guarantor);

  await field.fill(cardOf(adult));
  await window.getByRole('option', { name: nameOf(adult) }).click();
  await window.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(window.getByRole('button', { name: 'Edit Guarantor' })).toBeVisible();
  expect((await colleague.patron(patron.id)).sections.guarantor.values.guarantor).toMatchObject({
    kind: 'patron',
    patronId: adult.id,
  });
  expect((await colleague.patron(adult.id)).guarantorFor.map(({ id }) => id)).toEqual([patron.id]);
});

test('a national ID is masked until shown, and again once the screen was hidden', async ({
  openPatronData,
}) => {
  const { patron, window } = await openPatronData(
    'desk',
    (p) => isFree(p) && p.sections.personal.values.nationalId !== '',
  );
  const { nationalId } = patron.sections.personal.values;
  await expect(window.getByText(nationalId)).toHaveCount(0);
  await window.getByRole('button', { name: 'Show national ID' }).click();
  await expect(window.getByText(nationalId)).toBeVisible();
  // Whoever hid the screen may have gone: it is masked once more.
  await press(window, 'F9');
  await expect(window.getByText(nationalId)).toHaveCount(0);
  await press(window, 'F9');
  await expect(window.getByRole('button', { name: 'Show national ID' })).toBeVisible();
});

test("a national ID that the country's rules don't know warns, and is saved", async ({
  openPatronData,
  colleague,
}) => {
  const { patron, window } = await openPatronData('desk');
  await window.getByRole('button', { name: 'Edit Personal details' }).click();
  await window.getByLabel('National ID', { exact: true }).fill('19121212-1213');
  await expect(window.getByText(/rules for a national ID in Sweden/)).toBeVisible();
  await window.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(window.getByRole('button', { name: 'Edit Personal details' })).toBeVisible();
  expect((await colleague.patron(patron.id)).sections.personal.values.nationalId).toBe('19121212-1213');
});

test('a new card beside the old one, and a second address, are saved', async ({
  openPatronData,
  colleague,
}) => {
  const { patron, window } = await openPatronData('desk');
  const save = window.getByRole('button', { name: 'Save', exact: true });
  await window.getByRole('button', { name: 'Edit Card' }).click();
  await window.getByRole('button', { name: 'Add card' }).click();
  const count = patron.sections.card.values.cards.length + 1;
  await window.getByLabel(`Card number ${count}`, { exact: true }).fill('N0RTH-77');
  await save.click();
  await expect(window.getByRole('button', { name: 'Edit Card' })).toBeVisible();
  await window.getByRole('button', { name: 'Edit Address' }).click();
  await window.getByRole('button', { name: 'Add address' }).click();
  await window.getByLabel(/^Town \(?2\)?$/).fill('Kiruna');
  await save.click();
  await expect(window.getByRole('button', { name: 'Edit Address' })).toBeVisible();
  const { card, address } = (await colleague.patron(patron.id)).sections;
  expect(card.values.cards.map(({ number }) => number)).toContain('N0RTH-77');
  expect(address.values.otherAddresses.at(-1)).toMatchObject({ town: 'Kiruna' });
});

test('staff are told that the patron can ask to read the note', async ({ openPatronData }) => {
  const { window } = await openPatronData('desk');
  await window.getByRole('button', { name: 'Edit Staff note' }).click();
  await expect(window.getByRole('textbox', { name: 'Staff note' })).toHaveAccessibleDescription(
    /patron can ask to read this/,
  );
});
