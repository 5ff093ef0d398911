import { createServer } from 'node:http';
import { close, listen } from '../../local/listen.ts';

/** A request of an AWS SDK, as it went over the socket. */
export interface SeenRequest {
  /** `BatchGetItem`, `PutEvents`, … */
  readonly operation: string;
  readonly body: string;
}

/** Stands between an SDK client and a service that speaks an AWS JSON protocol, and notes every request. */
export interface CountingProxy {
  readonly url: string;
  /** What was asked since the last call. */
  readonly take: () => readonly SeenRequest[];
  readonly stop: () => Promise<void>;
}

export const startCountingProxy = async (target: string): Promise<CountingProxy> => {
  let seen: SeenRequest[] = [];
  const server = createServer((request, response) => {
    const forward = async (): Promise<void> => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(Buffer.from(chunk));
      const body = Buffer.concat(chunks);
      const operation = String(request.headers['x-amz-target']).split('.').at(-1) ?? '';
      seen.push({ operation, body: body.toString('utf8') });
      const { host: _, connection: __, 'content-length': ___, ...headers } = request.headers;
      const answer = await fetch(target, {
        method: 'POST',
        headers: Object.entries(headers).map(([name, value]): [string, string] => [name, String(value)]),
        body,
      });
      const bytes = Buffer.from(await answer.arrayBuffer());
      const kept = ['content-type', 'x-amzn-requestid', 'x-amz-crc32'].flatMap((name) => {
        const value = answer.headers.get(name);
        return value === null ? [] : [[name, value] as const];
      });
      response.writeHead(answer.status, Object.fromEntries(kept));
      response.end(bytes);
    };
    forward().catch((error: unknown) => response.destroy(error instanceof Error ? error : undefined));
  });
  const port = await listen(server, 0);
  return {
    url: `http://127.0.0.1:${port}`,
    take: () => {
      const taken = seen;
      seen = [];
      return taken;
    },
    stop: () => close(server, 0),
  };
};
