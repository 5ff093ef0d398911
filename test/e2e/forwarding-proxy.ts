import { createServer } from 'node:http';
import { close, listen } from '../../local/listen.ts';

/** What becomes of a request on its way: the body that goes on, and who is told of what came back. */
export interface Passing {
  readonly body: string;
  readonly onAnswer?: (answer: { readonly ok: boolean; readonly text: string }) => void;
}

export interface ForwardingProxy {
  readonly url: string;
  readonly stop: () => Promise<void>;
}

/**
 * Stands between an SDK client and a service that speaks an AWS JSON protocol, and hands on every request.
 *
 * @param pass - told of each request by its operation (`BatchGetItem`, `PutEvents`, …) and its body
 */
export const startForwardingProxy = async (
  target: string,
  pass: (operation: string, body: string) => Passing,
): Promise<ForwardingProxy> => {
  const server = createServer((request, response) => {
    const forward = async (): Promise<void> => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(Buffer.from(chunk));
      const operation = String(request.headers['x-amz-target']).split('.').at(-1) ?? '';
      const { body, onAnswer } = pass(operation, Buffer.concat(chunks).toString('utf8'));
      const { host: _, connection: __, 'content-length': ___, ...headers } = request.headers;
      const answer = await fetch(target, {
        method: 'POST',
        headers: Object.entries(headers).map(([name, value]): [string, string] => [name, String(value)]),
        body,
      });
      const bytes = Buffer.from(await answer.arrayBuffer());
      onAnswer?.({ ok: answer.ok, text: bytes.toString('utf8') });
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
  return { url: `http://127.0.0.1:${port}`, stop: () => close(server, 0) };
};
