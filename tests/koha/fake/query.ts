// Koha's queries on lists, as its database takes them: conditions by field, operators, and/or by lists. What Koha answers
// with an internal error throws here.
import type { Field } from './world.ts';

export type Row = Record<string, Field>;

/** `me.` before a field's name says that it's the list's own; without it, what is embedded may have the same one. */
export function fieldOf(name: string, fields: ReadonlySet<string>, ambiguous: ReadonlySet<string>): string {
  const own = name.replace(/^me\./, '');
  if (!fields.has(own)) throw new Error(`no column ${name}`);
  if (own === name && ambiguous.has(own)) throw new Error(`column ${name} is ambiguous`);
  return own;
}

export function matches(
  query: unknown,
  row: Row,
  fields: ReadonlySet<string>,
  ambiguous: ReadonlySet<string>,
  joined: (name: string) => Field[] | undefined,
): boolean {
  const within = (part: unknown): boolean => matches(part, row, fields, ambiguous, joined);
  if (Array.isArray(query)) return query.some(within);
  if (typeof query !== 'object' || query === null) throw new Error('no query');
  return Object.entries(query).every(([name, condition]) => {
    if (name === '-or') return (condition as unknown[]).some(within);
    if (name === '-and') return (condition as unknown[]).every(within);
    const embedded = joined(name);
    if (embedded) return embedded.some((value) => fits(value, condition));
    return fits(row[fieldOf(name, fields, ambiguous)] ?? null, condition);
  });
}

function fits(value: Field, condition: unknown): boolean {
  if (Array.isArray(condition)) return condition.some((one) => fits(value, one));
  if (condition === null) return value === null;
  if (typeof condition !== 'object') return value !== null && compare(value, condition as Field) === 0;
  return Object.entries(condition).every(([operator, than]) => {
    if (value === null) return false;
    switch (operator) {
      case '>':
        return compare(value, than as Field) > 0;
      case '>=':
        return compare(value, than as Field) >= 0;
      case '<':
        return compare(value, than as Field) < 0;
      case '<=':
        return compare(value, than as Field) <= 0;
      case '!=':
        return compare(value, than as Field) !== 0;
      case '-like':
        return like(String(than)).test(plain(String(value)));
      case '-not_like':
        return !like(String(than)).test(plain(String(value)));
      default:
        throw new Error(`no operator ${operator}`);
    }
  });
}

/** As MariaDB's utf8mb4_unicode_ci: capitals and accents make no difference. */
export const plain = (text: string) => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();

export function compare(a: Field, b: Field): number {
  if (typeof a === 'number' && typeof b !== 'string') return a - Number(b);
  if (typeof a === 'number') return a - Number(b);
  // A time is compared as its server's local time, whatever zone is written behind the one asked for.
  const isTime = /^\d{4}-\d{2}-\d{2}T/.test(String(a));
  const than = isTime ? String(b).replace(' ', 'T').slice(0, 19) : String(b);
  const [x, y] = [plain(String(a)), plain(than)];
  return x < y ? -1 : x > y ? 1 : 0;
}

function like(pattern: string): RegExp {
  const parts = pattern.match(/\\.|%|_|[^\\%_]+/gs) ?? [];
  const source = parts.map((part) => {
    if (part === '%') return '.*';
    if (part === '_') return '.';
    return plain(part.startsWith('\\') ? part.slice(1) : part).replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  });
  return new RegExp(`^${source.join('')}$`, 's');
}
