import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface FileServer extends AsyncDisposable {
  url: string;
  /** The `range` of each request, in order. */
  ranges: (string | undefined)[];
}

/** How one request is answered; the server goes on with the next of them, and then as a good server does. */
export type Behaviour = (request: IncomingMessage, response: ServerResponse, content: Buffer) => void;

/** A server on this machine with one file, which keeps to ranges. */
export async function fileServer(
  content: Buffer,
  name: string,
  behaviours: readonly Behaviour[] = [],
): Promise<FileServer> {
  const ranges: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    const behaviour = behaviours[ranges.length] ?? whole;
    ranges.push(request.headers.range);
    behaviour(request, response, content);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/${name}`,
    ranges,
    [Symbol.asyncDispose]: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

export const whole: Behaviour = (request, response, content) => {
  const start = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
  if (start >= content.length) return void response.writeHead(416).end();
  const part = content.subarray(start);
  const range = { 'content-range': `bytes ${start}-${content.length - 1}/${content.length}` };
  response.writeHead(start === 0 ? 200 : 206, { 'content-length': part.length, ...(start > 0 && range) });
  response.end(part);
};

/** Breaks the connection after so many bytes of the answer. */
export function cutAfter(bytes: number): Behaviour {
  return (request, response, content) => {
    const start = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
    const range = { 'content-range': `bytes ${start}-${content.length - 1}/${content.length}` };
    response.writeHead(start === 0 ? 200 : 206, {
      'content-length': content.length - start,
      ...(start > 0 && range),
    });
    response.write(content.subarray(start, start + bytes), () => response.destroy());
  };
}

/** Sends so many bytes and then nothing more. */
export function stallAfter(bytes: number): Behaviour {
  return (_, response, content) => {
    response.writeHead(200, { 'content-length': content.length });
    response.write(content.subarray(0, bytes));
  };
}

export function answering(status: number): Behaviour {
  return (_, response) => void response.writeHead(status).end('no');
}

/** Knows no ranges. */
export const rangeless: Behaviour = (_, response, content) => {
  response.writeHead(200, { 'content-length': content.length });
  response.end(content);
};
