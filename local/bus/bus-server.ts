import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { messageOf } from '../start-failure.ts';
import type { Bus } from './bus.ts';
import { judgePutEvents } from './put-events.ts';

/** A little over what PutEvents takes: JSON quoting makes a request larger than its entries. */
const MAX_BODY_BYTES = 4 * 1024 * 1024;
const CONTENT_TYPE = 'application/x-amz-json-1.1';

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

const answer = (response: ServerResponse, status: number, document: unknown): void => {
  response.writeHead(status, { 'content-type': CONTENT_TYPE, 'x-amzn-requestid': randomUUID() });
  response.end(JSON.stringify(document));
};

const refuse = (response: ServerResponse, status: number, type: string, message: string): void =>
  answer(response, status, { __type: type, message });

interface BusServerOptions {
  readonly bus: Bus;
  readonly busName: string;
  /** The service's clock. */
  readonly now: () => number;
}

const putEvents = async (
  options: BusServerOptions,
  body: string,
  response: ServerResponse,
): Promise<void> => {
  const verdict = judgePutEvents(body, { name: options.busName, now: options.now });
  if (verdict.kind === 'refused') {
    refuse(response, 400, verdict.type, verdict.message);
    return;
  }
  await options.bus.put(verdict.accepted);
  answer(response, 200, {
    FailedEntryCount: verdict.results.length - verdict.accepted.length,
    Entries: verdict.results,
  });
};

const serve = async (
  options: BusServerOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> => {
  const target = request.headers['x-amz-target'];
  if (request.method !== 'POST' || target !== 'AWSEvents.PutEvents') {
    request.resume();
    refuse(response, 400, 'UnknownOperationException', 'The local bus takes AWSEvents.PutEvents only.');
    return;
  }
  const body = await read(request);
  if (body === undefined) {
    refuse(response, 413, 'RequestEntityTooLargeException', 'The request is too large.');
    return;
  }
  await putEvents(options, body, response);
};

/** EventBridge's protocol, AWS JSON 1.1, over a bus; events are on disk before PutEvents is answered. */
export const createBusServer = (options: BusServerOptions): Server =>
  createServer((request, response) => {
    serve(options, request, response).catch((error: unknown) => {
      console.error(`The local bus failed: ${messageOf(error)}`);
      if (!response.headersSent) {
        refuse(response, 500, 'InternalException', 'The bus could not store the events.');
      }
    });
  });
