// Patrons of the made-up Koha: what is shown of them to whom, and what becomes of what is sent.
import { INTERNAL, json, listed, misfit, nothing, refuse, type Answer, type Asked } from './answers.ts';
import { FLAGS, PATRON_FIELDS } from './document.ts';
import { plain, type Row } from './query.ts';
import type { Flags, KohaWorld, PatronRow } from './world.ts';

export interface Viewer {
  number: number;
  flags: Flags;
}

const LONGEST_ATTRIBUTE = 255;
type AttributeNames = Record<string, 'type' | 'value'>;
const OWN_NAMES: AttributeNames = { type: 'type', value: 'value' };
const DATABASE_NAMES: AttributeNames = { code: 'type', attribute: 'value' };
/** What an embedded attribute has too. */
const AMBIGUOUS = new Set(['patron_id']);

/** Whose patrons a librarian may see: everybody's, or those of their own library and of those grouped with it. */
function isVisible(patron: PatronRow, { number, flags }: Viewer, world: KohaWorld): boolean {
  const borrowers = flags === 'superlibrarian' ? true : flags['borrowers'];
  if (borrowers === true || borrowers?.includes('view_borrower_infos_from_any_libraries')) return true;
  const own = world.patrons.get(number)?.library_id ?? '';
  const groups = world.libraryGroups.filter((group) => group.includes(own));
  return [own, ...groups.flat()].includes(patron.library_id);
}

/** Koha shows times in its own time zone. */
export function shownTime(at: number, { settings: { offset } }: KohaWorld): string {
  const local = new Date(at + offset * 60_000).toISOString().slice(0, 19);
  const [sign, minutes] = [offset < 0 ? '-' : '+', Math.abs(offset)];
  const two = (n: number) => String(n).padStart(2, '0');
  return `${local}${sign}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

const withTimes = (row: PatronRow, world: KohaWorld): Row => ({
  ...row,
  updated_on: shownTime(Number(row['updated_on']), world),
});

export function balanceOf(patron: number, { lines }: KohaWorld): number {
  return lines
    .filter(({ patron_id }) => patron_id === patron)
    .reduce((sum, { amount_outstanding }) => sum + amount_outstanding, 0);
}

const attributesOf = (patron: number, { attributes }: KohaWorld) =>
  attributes
    .filter((one) => one.patron === patron)
    .map(({ id, type, value }) => ({ extended_attribute_id: id, type, value }));

function shown(row: PatronRow, embed: readonly string[], world: KohaWorld): Row {
  const number = row.patron_id;
  const checkouts = world.checkouts.filter((one) => one.patron_id === number && one.checkin_date === null);
  return {
    ...withTimes(row, world),
    ...(embed.includes('account_balance') && { account_balance: balanceOf(number, world) }),
    ...(embed.includes('checkouts+count') && { checkouts_count: checkouts.length }),
    ...(embed.includes('overdues+count') && {
      overdues_count: checkouts.filter(({ due_date }) => due_date < world.clock.now()).length,
    }),
    ...(embed.includes('extended_attributes') && {
      extended_attributes: attributesOf(number, world) as never,
    }),
    ...(embed.includes('library') && {
      library: { library_id: row.library_id, name: world.libraries.get(row.library_id) } as never,
    }),
  };
}

export function patrons(asked: Asked, viewer: Viewer, world: KohaWorld): Answer {
  const rows = [...world.patrons.values()].filter((row) => isVisible(row, viewer, world));
  return listed(asked, {
    most: world.settings.mostPerPage,
    rows: rows.map((row) => withTimes(row, world)),
    shown: (row) => shown(world.patron(Number(row['patron_id'])), asked.embed, world),
    fields: PATRON_FIELDS,
    parameters: [...PATRON_FIELDS],
    ...(asked.embed.includes('extended_attributes') && {
      ambiguous: AMBIGUOUS,
      joined: (row: Row, name: string) => {
        const column = /^extended_attributes\.(type|value|code|attribute)$/.exec(name)?.[1];
        if (column === undefined) return undefined;
        const names = world.settings.attributeNames === 'own' ? OWN_NAMES : DATABASE_NAMES;
        const own = attributesOf(Number(row['patron_id']), world);
        return own.flatMap((one) => (column in names ? one[names[column] ?? 'type'] : []));
      },
    }),
  });
}

export function onePatron({ params, embed }: Asked, viewer: Viewer, world: KohaWorld): Answer {
  const row = world.patrons.get(Number(params['patron_id']));
  return row && isVisible(row, viewer, world)
    ? json(200, shown(row, embed, world))
    : refuse(404, 'Patron not found.');
}

export function putPatron({ params, body }: Asked, viewer: Viewer, world: KohaWorld): Answer {
  const required = ['category_id', 'library_id', 'surname'].filter((field) => !(field in body));
  const readOnly = FLAGS.filter((field) => field in body);
  const unknown = Object.keys(body).filter((field) => !PATRON_FIELDS.has(field));
  if (unknown.length > 0) return misfit([[`Properties not allowed: ${unknown.join(', ')}.`, '/body']]);
  if (required.length + readOnly.length > 0)
    return misfit([
      ...required.map((field): [string, string] => ['Missing property.', `/body/${field}`]),
      ...readOnly.map((field): [string, string] => ['Read-only.', `/body/${field}`]),
    ]);
  const row = world.patrons.get(Number(params['patron_id']));
  if (!row) return refuse(404, 'Patron not found');
  if (!world.libraries.has(String(body['library_id']))) return refuse(400, 'Given library_id does not exist');
  if (!world.categories.has(String(body['category_id'])))
    return refuse(400, 'Given category_id does not exist');
  const card = body['cardnumber'];
  const others = [...world.patrons.values()].filter((one) => one !== row);
  if (card !== undefined && card !== null && others.some((one) => one['cardnumber'] === card))
    return json(409, { error: 'Duplicate ID', conflict: 'cardnumber' });
  // It would give former loans to the anonymous patron.
  if (body['privacy'] === 2 && row['privacy'] !== 2 && world.anonymousPatron < 0) return INTERNAL;
  const { updated_on, ...fields } = body;
  world.change(row.patron_id, fields);
  // It can be written, and hides the record from whoever asks by it.
  if (updated_on !== undefined) row['updated_on'] = Date.parse(String(updated_on));
  const now = shown(row, [], world);
  if (isVisible(row, viewer, world) || world.settings.version === '23.05') return json(200, now);
  // Since its bug 29523.
  return json(200, {
    ...Object.fromEntries(Object.keys(now).map((name) => [name, null])),
    library_id: row.library_id,
  });
}

export function deletePatron({ params }: Asked, _viewer: Viewer, world: KohaWorld): Answer {
  const number = Number(params['patron_id']);
  if (!world.patrons.has(number)) return refuse(404, 'Patron not found');
  const conflict = (error: string, error_code: string) => refuse(409, error, { error_code });
  if (world.checkouts.some((one) => one.patron_id === number && one.checkin_date === null))
    return conflict('Pending checkouts prevent deletion', 'has_checkouts');
  if (world.lines.some((one) => one.patron_id === number && one.amount_outstanding > 0))
    return conflict('Pending debts prevent deletion', 'has_debt');
  if ((world.guarantees.get(number) ?? []).length > 0)
    return conflict('Patron is a guarantor and it prevents deletion', 'has_guarantees');
  if (world.anonymousPatron === number)
    return conflict('Anonymous patron cannot be deleted', 'is_anonymous_patron');
  // Holds stand in nobody's way here: they are cancelled.
  world.delete(number);
  return nothing(204);
}

export function setPassword({ params, body }: Asked, _viewer: Viewer, world: KohaWorld): Answer {
  const number = Number(params['patron_id']);
  if (!world.patrons.has(number)) return refuse(404, 'Patron not found.');
  const { password, password_2 } = body;
  if (password !== password_2) return refuse(400, 'Passwords don’t match');
  const { strongPasswords, minPasswordLength } = world.settings;
  const text = String(password);
  if (text.length < minPasswordLength)
    return refuse(400, `Password length (${text.length}) is shorter than required (${minPasswordLength})`);
  if (strongPasswords && !(/[a-z]/.test(text) && /[A-Z]/.test(text) && /\d/.test(text)))
    return refuse(400, 'Password is too weak');
  world.passwords.set(number, text);
  return json(200, '');
}

export function attributes(asked: Asked, _viewer: Viewer, world: KohaWorld): Answer {
  const number = Number(asked.params['patron_id']);
  if (!world.patrons.has(number)) return refuse(404, 'Patron not found');
  const fields = new Set(['extended_attribute_id', 'type', 'value']);
  return listed(asked, { rows: attributesOf(number, world), shown: (row) => row, fields });
}

export function addAttribute({ params, body }: Asked, _viewer: Viewer, world: KohaWorld): Answer {
  const number = Number(params['patron_id']);
  const [type, value] = [body['type'], body['value']];
  const missing = ['type', 'value'].filter((field) => !(field in body));
  if (missing.length > 0) return misfit(missing.map((field) => ['Missing property.', `/body/${field}`]));
  if (!world.patrons.has(number)) return refuse(404, 'Patron not found');
  // Found by its database, which keeps it as it was sent.
  const known = [...world.attributeTypes].find(([code]) => plain(code) === plain(String(type)))?.[1];
  if (!known) return refuse(400, `Tried to use an invalid attribute type. type=${String(type)}`);
  if (!known.repeatable && attributesOf(number, world).some((one) => one.type === type))
    return refuse(409, `Tried to add more than one non-repeatable attributes. type=${String(type)}`);
  if (String(value).length > LONGEST_ATTRIBUTE) return INTERNAL;
  const { id } = world.addAttribute(number, String(type), String(value));
  return json(201, { extended_attribute_id: id, type, value });
}

export function removeAttribute({ params }: Asked, _viewer: Viewer, world: KohaWorld): Answer {
  const [number, id] = [Number(params['patron_id']), Number(params['extended_attribute_id'])];
  const found = world.attributes.some((one) => one.patron === number && one.id === id);
  if (!found) return refuse(404, 'Attribute not found');
  world.attributes = world.attributes.filter((one) => one.id !== id);
  return nothing(204);
}
