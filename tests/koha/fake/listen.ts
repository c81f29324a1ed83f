// The made-up Koha on a port of this machine, for what has to be asked over a real line.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { HttpRequest } from '../../../electron/central/transport.ts';
import type { FakeKoha } from './koha.ts';

export interface ListeningKoha {
  url: string;
  close(): Promise<void>;
}

export async function listen(koha: FakeKoha): Promise<ListeningKoha> {
  const server = createServer((asked, answer) => {
    void text(asked).then((body) => {
      const { pathname, searchParams } = new URL(asked.url ?? '/', 'http://koha');
      const isForm = asked.headers['content-type']?.includes('form') ?? false;
      const request: HttpRequest = {
        ...{
          method: asked.method ?? 'GET',
          path: pathname,
          query: Object.fromEntries(searchParams),
          timeout: 0,
        },
        headers: Object.fromEntries(
          Object.entries(asked.headers).map(([name, value]) => [name, String(value)]),
        ),
        ...(body !== '' &&
          (isForm
            ? { form: Object.fromEntries(new URLSearchParams(body)) }
            : { body: JSON.parse(body) as unknown })),
      };
      const answered = koha.answer(request);
      answer
        .writeHead(answered.status, answered.headers)
        .end(answered.status === 204 ? undefined : answered.body);
    });
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
