// TLS in front of a server on loopback, as a reverse proxy gives it, with a certificate of the fixtures.
import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

const folder = join(import.meta.dirname, '../fixtures/certificates');
export const certificateFile = (name: string): string => join(folder, `${name}.pem`);

export interface TlsLine {
  url: string;
  /** How many requests came through. */
  passed: number;
  close(): Promise<void>;
}

export async function openTlsLine(serverUrl: string, certificate: string): Promise<TlsLine> {
  const { hostname, port } = new URL(serverUrl);
  const read = (name: string) => readFileSync(certificateFile(name));
  const server = createServer(
    { cert: read(certificate), key: read(`${certificate}.key`) },
    (asked, answer) => {
      const { url, method, headers } = asked;
      line.passed++;
      const onward = request({ host: hostname, port, path: url, method, headers }, (came) => {
        answer.writeHead(came.statusCode ?? 500, came.headers);
        came.pipe(answer);
      });
      onward.on('error', () => answer.destroy());
      asked.pipe(onward);
    },
  ).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const line: TlsLine = {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    passed: 0,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => {
          resolve();
        });
      }),
  };
  return line;
}
