// Requests of the main process in a session of its own: redirects, and the app's word on certificates.
import { readFileSync } from 'node:fs';
import { createServer as createPlainServer } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { onEachHost, sharedWindow } from './hosts.ts';

const certificate = (name: string) =>
  readFileSync(join(import.meta.dirname, '../fixtures/certificates', `${name}.pem`), 'utf8');
const portOf = (server: { address(): unknown }) => (server.address() as AddressInfo).port;

onEachHost((host) => {
  const shared = sharedWindow(host);

  describe('a certificate that the system does not know', () => {
    let server: Server;
    let heard = 0;
    beforeAll(async () => {
      const name = 'through-intermediate';
      server = createServer({ cert: certificate(name), key: certificate(`${name}.key`) }, (_, answer) => {
        heard++;
        answer.end('from the server');
      }).listen(0, '127.0.0.1');
      await new Promise((resolve) => server.once('listening', resolve));
    });
    afterAll(() => void server.close());

    const ask = (said: number) =>
      shared.app.evaluate(
        async ({ session }, { port, said }) => {
          const line = session.fromPartition(`verdict ${said}`);
          let asked: Electron.Request | undefined;
          line.setCertificateVerifyProc((request, answer) => {
            asked = request;
            setTimeout(() => {
              answer(said);
            }, 50);
          });
          const got = await line.fetch(`https://127.0.0.1:${port}/`).then(
            (answer) => answer.text(),
            (error: unknown) => String((error as Error).cause ?? error),
          );
          const { hostname, certificate, errorCode } = asked ?? {};
          const chain: string[] = [];
          for (let at = certificate; at; at = at.issuerCert as typeof at | undefined) chain.push(at.data);
          return { got, hostname, errorCode, chain };
        },
        { port: portOf(server), said },
      );

    test('the app is asked before anything is sent, and sees the chain as it was sent', async () => {
      heard = 0;
      const { got, hostname, errorCode, chain } = await ask(0);
      expect([got, hostname, errorCode, heard]).toEqual(['from the server', '127.0.0.1', -202, 1]);
      const sent = certificate('through-intermediate').match(/-----BEGIN[^]+?END CERTIFICATE-----/g) ?? [];
      const bare = (pem: string) => pem.replaceAll(/\s/g, '');
      expect(chain.slice(0, sent.length).map(bare)).toEqual(sent.map(bare));
    });

    test('refused by the app, it fails, and the server hears nothing', async () => {
      heard = 0;
      expect((await ask(-2)).got).toContain('net::ERR_FAILED');
      expect(heard).toBe(0);
    });

    test('left to the host, it fails for what is wrong with it', async () => {
      heard = 0;
      expect((await ask(-3)).got).toContain('net::ERR_CERT_AUTHORITY_INVALID');
      expect(heard).toBe(0);
    });
  });

  test('sessions of one name are one, others are not, and none is the pages’', async () => {
    const told = await shared.app.evaluate(({ session }) => [
      session.fromPartition('one') === session.fromPartition('one'),
      session.fromPartition('one') === session.fromPartition('two'),
      session.fromPartition('one') === session.defaultSession,
      session.fromPartition('one').isPersistent(),
      session.defaultSession.isPersistent(),
    ]);
    expect(told).toEqual([true, false, false, false, true]);
  });

  test('a redirect is not followed where the app says that it is an error', async () => {
    const visited: string[] = [];
    const server = createPlainServer(({ url = '' }, answer) => {
      visited.push(url);
      answer.writeHead(url === '/' ? 302 : 200, { location: '/elsewhere' }).end();
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const answers = await shared.app.evaluate(
      async ({ session }, address) => {
        const line = session.fromPartition('redirects');
        const ask = (redirect: RequestRedirect) =>
          line.fetch(address, { redirect }).then(
            ({ status }) => status,
            () => 'refused',
          );
        return [await ask('error'), await ask('follow')];
      },
      `http://127.0.0.1:${portOf(server)}/`,
    );
    server.close();
    expect(answers).toEqual(['refused', 200]);
    expect(visited).toEqual(['/', '/', '/elsewhere']);
  });
});
