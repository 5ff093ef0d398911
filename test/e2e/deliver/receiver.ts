import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A webhook request as it arrived. */
export interface Received {
  readonly id: string;
  readonly timestamp: number;
  readonly signature: string;
  readonly body: string;
}

export type Receiver = Awaited<ReturnType<typeof startReceiver>>;

const headerOf = (request: IncomingMessage, name: string): string => String(request.headers[name] ?? '');

const bodyOf = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('utf8');
};

/** A server that keeps what it gets, and answers as the test says. */
export const startReceiver = async () => {
  const received: Received[] = [];
  const paths: string[] = [];
  let connections = 0;
  let answer: (response: ServerResponse, count: number) => void = (response) => response.end();
  const server = createServer(async (request, response) => {
    paths.push(request.url ?? '');
    received.push({
      id: headerOf(request, 'webhook-id'),
      timestamp: Number(headerOf(request, 'webhook-timestamp')),
      signature: headerOf(request, 'webhook-signature'),
      body: await bodyOf(request),
    });
    answer(response, received.length);
  });
  server.on('connection', () => {
    connections += 1;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/hook`,
    received,
    paths,
    connections: () => connections,
    /** `count` is of the requests since the last reset. */
    answerWith: (how: (response: ServerResponse, count: number) => void) => {
      answer = how;
    },
    reset: () => {
      received.length = 0;
      paths.length = 0;
      answer = (response) => response.end();
    },
    stop: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
};

/** What a receiver of Standard Webhooks does, written from the specification and with nothing of the service. */
export const verifies = (secret: string, { id, timestamp, signature, body }: Received): boolean => {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const expected = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest();
  return signature.split(' ').some((one) => {
    const [version, encoded] = one.split(',');
    const given = Buffer.from(encoded ?? '', 'base64');
    return version === 'v1' && given.length === expected.length && timingSafeEqual(given, expected);
  });
};
