// Somebody stands between desk and server, with a certificate: policy names the only authority that is believed.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DeskApp, type DeskFolders } from '../../drive/desk-app.ts';
import { certificateFile, openTlsLine, type TlsLine } from '../../drive/tls-line.ts';
import { expect, test as base } from '../fixtures.ts';

const test = base.extend<{
  tls: (certificate: string) => Promise<TlsLine>;
  start: (policy: object) => Promise<DeskApp>;
}>({
  tls: async ({ server }, use) => {
    const lines: TlsLine[] = [];
    await use(async (certificate) => {
      const line = await openTlsLine(server.url, certificate);
      lines.push(line);
      return line;
    });
    for (const line of lines) await line.close();
  },
  start: async ({ host, folders }, use) => {
    const desks: DeskApp[] = [];
    await use(async (policy) => {
      const desk = await DeskApp.launch(host, folders, [`--policy=${await policyFile(folders, policy)}`]);
      desks.push(desk);
      return desk;
    });
    for (const desk of desks) await desk.close();
  },
});

async function policyFile({ home }: DeskFolders, policy: object): Promise<string> {
  const file = join(home, 'policy.json');
  await writeFile(file, JSON.stringify(policy));
  return file;
}

test('a server whose certificate the library’s own authority signed is believed, and worked with', async ({
  tls,
  start,
  account,
}) => {
  const { url } = await tls('through-intermediate');
  const desk = await start({ server: { url, certificateAuthority: certificateFile('library') } });
  await desk.signIn(account('desk'));
  await desk.search('*');
  await expect(desk.desk.getByRole('row').nth(1)).toBeVisible();
});

// Other ways of being wrong are tried beside the check itself: electron/central/certificate-authority.test.ts.
test('a certificate signed by an authority of the same name is not: nothing is sent, and that is what is said', async ({
  tls,
  start,
}) => {
  const line = await tls('strangers');
  const desk = await start({ server: { url: line.url, certificateAuthority: certificateFile('library') } });
  await expect(desk.desk.getByRole('alert')).toContainText(/certificate/i);
  expect(line.passed).toBe(0);
});

test('without an authority of policy’s the system decides: one that it does not know is not believed', async ({
  tls,
  start,
}) => {
  const line = await tls('good');
  const desk = await start({ server: { url: line.url } });
  await expect(desk.desk.getByRole('alert')).toContainText(/certificate/i);
  expect(line.passed).toBe(0);
});
