// Whatever stands in a policy file or among a desk's small values: the desk says what is wrong, or starts without it.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, expect, test } from 'vitest';
import { policySchema, readPolicy } from '../../electron/policy/policy.ts';
import { testNetwork } from '../../server/testing/network.ts';
import { Desk } from '../sync/desk.ts';
import { limits, patience } from './limits.ts';

const folder = mkdtempSync(join(tmpdir(), 'circdesk-fuzz-'));
const cleanUp: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const clean of cleanUp.splice(0)) await clean();
  rmSync(folder, { recursive: true, force: true });
});

const word = fc.constantFrom('server', 'copy', 'offline', 'lock', 'url', 'scope', 'keepDays', 'signInHours');
const policies = fc.oneof(
  fc.string(),
  fc.json(),
  fc
    .dictionary(
      word,
      fc.oneof(fc.jsonValue({ maxDepth: 1 }), fc.dictionary(word, fc.jsonValue({ maxDepth: 1 }))),
    )
    .map((policy) => JSON.stringify(policy)),
  fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
);

test(
  'a policy is one that passes its schema, or its faults are named',
  () => {
    const file = join(folder, 'policy.json');
    fc.assert(
      fc.property(policies, (text) => {
        writeFileSync(file, text);
        try {
          expect(policySchema.parse(readPolicy(file))).toBeDefined();
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(Error);
          expect(String(thrown)).toContain(`The policy ${file} can't be used.`);
        }
      }),
      limits(1000),
    );
  },
  patience,
);

const NAMES = [
  'grants',
  'offline sign-ins',
  'steady clock',
  'copy touched',
  'copy of north touched',
  'scope of north',
];

test(
  'a desk starts, signs in and syncs whatever its small values are',
  async () => {
    const network = testNetwork();
    const colleague = await network.signIn('north', 'lead');
    const patron = await colleague.register();
    const desk = new Desk({ central: () => network.central, clock: network.clock });
    cleanUp.push(async () => {
      await desk.end();
      desk.remove();
    });
    await desk.start();
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...NAMES), fc.oneof(fc.string(), fc.json()), async (name, value) => {
        await desk.store.remember(name, value);
        await desk.crash();
        await desk.start();
        await desk.signIn();
        expect(desk.troubles).toEqual([]);
        expect(await desk.store.patron('north', patron.id)).toBeDefined();
      }),
      limits(12),
    );
  },
  patience,
);
