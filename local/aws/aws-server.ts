import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { messageOf } from '../start-failure.ts';

/** A request of an AWS SDK. */
export interface AwsRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  /** `X-Amz-Target` of the JSON protocols, such as `AmazonSQS.SendMessage`. */
  readonly target: string | undefined;
  readonly body: string;
}

/** What it is answered. */
export interface AwsAnswer {
  readonly status: number;
  readonly document: unknown;
  readonly headers: Readonly<Record<string, string>>;
}

/** One service of AWS as far as Wend uses it; undefined: the request is for another one. */
export interface AwsService {
  readonly takes: (request: Omit<AwsRequest, 'body'>) => boolean;
  readonly serve: (request: AwsRequest) => Promise<AwsAnswer>;
}

/** A little over what any of them takes: JSON quoting makes a request larger than its entries. */
const MAX_BODY_BYTES = 4 * 1024 * 1024;

const read = async (request: IncomingMessage): Promise<string | undefined> => {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    const bytes = Buffer.from(chunk);
    size += bytes.length;
    if (size <= MAX_BODY_BYTES) {
      chunks.push(bytes);
    }
  }
  return size > MAX_BODY_BYTES ? undefined : Buffer.concat(chunks).toString('utf8');
};

const send = (response: ServerResponse, answer: AwsAnswer): void => {
  response.writeHead(answer.status, { 'x-amzn-requestid': randomUUID(), ...answer.headers });
  response.end(JSON.stringify(answer.document));
};

/** An answer that refuses, as the SDKs of every protocol understand it. */
export const refusal = (status: number, type: string, message: string): AwsAnswer => ({
  status,
  document: { __type: type, message },
  headers: { 'content-type': 'application/json', 'x-amzn-errortype': type },
});

const serve = async (
  services: readonly AwsService[],
  incoming: IncomingMessage,
  response: ServerResponse,
): Promise<void> => {
  const { pathname, searchParams } = new URL(incoming.url ?? '/', 'http://127.0.0.1');
  const target = incoming.headers['x-amz-target'];
  const request = {
    method: incoming.method ?? 'GET',
    path: pathname,
    query: searchParams,
    target: typeof target === 'string' ? target : undefined,
  };
  const service = services.find((one) => one.takes(request));
  if (service === undefined) {
    incoming.resume();
    send(
      response,
      refusal(400, 'UnknownOperationException', 'The local service does not know this operation.'),
    );
    return;
  }
  const body = await read(incoming);
  send(
    response,
    body === undefined
      ? refusal(413, 'RequestEntityTooLargeException', 'The request is too large.')
      : await service.serve({ ...request, body }),
  );
};

/** AWS on loopback: one address for the services that the functions call. */
export const createAwsServer = (services: readonly AwsService[]): Server =>
  createServer((request, response) => {
    serve(services, request, response).catch((error: unknown) => {
      console.error(`The local AWS failed: ${messageOf(error)}`);
      if (!response.headersSent) {
        send(response, refusal(500, 'InternalException', 'The request could not be stored.'));
      }
    });
  });
