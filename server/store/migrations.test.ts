// The tables as they stand after all migrations.
import { expect, test } from 'vitest';
import { Store } from './store.ts';

// Accounts of staff are never deleted.
test('each reference to another table is found by an index: else what is referred to is deleted by reading all', () => {
  const store = new Store(':memory:');
  const references = store.rows<{ table: string; column: string; key: number }>(
    `SELECT t.name AS "table", f."from" AS "column",
       EXISTS (SELECT 1 FROM pragma_table_info(t.name) WHERE name = f."from" AND pk = 1)
         OR EXISTS (SELECT 1 FROM pragma_index_list(t.name) i, pragma_index_info(i.name) c
                    WHERE c.seqno = 0 AND c.name = f."from") AS key
     FROM sqlite_schema t, pragma_foreign_key_list(t.name) f WHERE t.type = 'table' AND f.seq = 0 AND f."table" <> 'staff'`,
  );
  expect(references.length).toBeGreaterThan(5);
  expect(references.filter(({ key }) => !key)).toEqual([]);
  store.close();
});
