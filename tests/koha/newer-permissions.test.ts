// Who may see what, and who no more, at a Koha since 23.11.09: it asks for another permission to see patrons.
import { describe } from 'vitest';
import { beOfVersion } from './fake/small-library.ts';

beOfVersion('24.11');

describe('signing in', async () => void (await import('./signing-in.test.ts')));
describe('who is let in no more', async () => void (await import('./locked-out.test.ts')));
describe('rights that differ', async () => void (await import('./rights-differ.test.ts')));
describe('who came later', async () => void (await import('./came-later.test.ts')));
