// A line between desk and server that goes wrong when told to: a real proxy on loopback.
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** `slow`: a request takes a second more. `held`: requests wait until they are released. `losesAnswers`: requests reach the server, answers never come back. `silent`: nothing reaches anybody. */
export type LineState = 'good' | 'slow' | 'held' | 'cut' | 'silent' | 'losesAnswers' | 'rubbish';

const SLOW_MS = 1_000;

export interface BadLine {
  url: string;
  state: LineState;
  /** Lets on what was held. */
  release(): void;
  close(): Promise<void>;
}

/** `overhear` is given each answer's body as it passes. */
export async function openLine(
  serverUrl: string,
  overhear: (body: string) => void = () => undefined,
): Promise<BadLine> {
  const target = new URL(serverUrl);
  const pass = (asked: IncomingMessage, answer: ServerResponse, lose: boolean) => {
    const onward = request(
      {
        host: target.hostname,
        port: target.port,
        path: asked.url,
        method: asked.method,
        headers: asked.headers,
      },
      (came) => {
        if (lose) {
          came.resume();
          came.on('end', () => asked.socket.destroy());
        } else {
          answer.writeHead(came.statusCode ?? 500, came.headers);
          came.pipe(answer);
          const parts: Buffer[] = [];
          came.on('data', (part: Buffer) => parts.push(part));
          came.on('end', () => {
            overhear(Buffer.concat(parts).toString());
          });
        }
      },
    );
    onward.on('error', () => asked.socket.destroy());
    asked.pipe(onward);
  };
  const held: (() => void)[] = [];
  const proxy = createServer((asked, answer) => {
    switch (line.state) {
      case 'good':
        pass(asked, answer, false);
        break;
      case 'slow':
        setTimeout(() => {
          pass(asked, answer, false);
        }, SLOW_MS);
        break;
      case 'held':
        held.push(() => {
          pass(asked, answer, false);
        });
        break;
      case 'losesAnswers':
        pass(asked, answer, true);
        break;
      case 'cut':
        asked.socket.destroy();
        break;
      case 'rubbish':
        answer
          .writeHead(200, { 'content-type': 'text/html' })
          .end('<h1>Welcome to our wireless network</h1>');
        break;
      case 'silent':
        break;
    }
  });
  proxy.listen(0, '127.0.0.1');
  await new Promise((resolve) => proxy.once('listening', resolve));
  const line: BadLine = {
    url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    state: 'good',
    release() {
      for (const goOn of held.splice(0)) goOn();
    },
    close: () =>
      new Promise((resolve) => {
        proxy.closeAllConnections();
        proxy.close(() => resolve());
      }),
  };
  return line;
}
