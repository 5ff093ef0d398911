import type { IncomingMessage } from 'node:http';
import {
  type AttributeValue,
  BatchGetItemCommand,
  type BatchGetItemCommandInput,
  type BatchGetItemCommandOutput,
  type DynamoDBClient,
} from '@aws-sdk/client-dynamodb';
import type { BatchGetSender } from './batch-get.ts';
import { createRequestSigner } from './request-signature.ts';

/** What the SDK made of a request, without what differs from one to the next. */
interface RequestTemplate {
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number;
  /** Names in lower case. */
  readonly headers: { readonly [name: string]: string };
}

/** Longest wait for a lean answer, milliseconds: what takes longer is asked for again, by the SDK. */
const PATIENCE_MS = 1_000;

/** For so long after a lean request that failed, milliseconds, all requests are the SDK's. */
const CAUTION_MS = 5_000;

/** Of the SDK's headers, those that are made anew for each request, or tell of one call of the function. */
const PASSING = new Set([
  'authorization',
  'content-length',
  'x-amz-date',
  'x-amz-security-token',
  'x-amzn-trace-id',
]);

/**
 * BatchGetItem at a third of what the SDK's client takes of the CPU (docs/adr/0010-a-lean-read-for-decide.md).
 *
 * The first request is the SDK's, and the pattern of those that follow: its endpoint, its headers. They use the
 * client's own connections, credentials, Region and clock correction, and leave out what the client does around them.
 * Whatever is no plain answer (an error, a throttle, a time-out, a broken connection) is the SDK's to deal with, which
 * asks again, with its own retries; and so are all requests of the next seconds.
 *
 * @param clock - the real clock, milliseconds since 1970
 */
export const createLeanBatchGet = (
  client: DynamoDBClient,
  clock: () => number = Date.now,
): BatchGetSender => {
  const { config } = client;
  const signatureOf = createRequestSigner();
  let template: RequestTemplate | null = null;
  let cautiousUntil = Number.NEGATIVE_INFINITY;

  client.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        if (commandName === 'BatchGetItemCommand') template = templateOf(args.request);
        return next(args);
      },
    { step: 'build', priority: 'low' },
  );

  const ask = async (
    { headers: usual, ...to }: RequestTemplate,
    input: BatchGetItemCommandInput,
  ): Promise<Answer> => {
    const body = JSON.stringify(input);
    const [credentials, region] = await Promise.all([config.credentials(), config.region()]);
    const { sessionToken } = credentials;
    const headers = {
      ...usual,
      'x-amz-date': amzDateOf(clock() + config.systemClockOffset),
      ...(sessionToken === undefined ? {} : { 'x-amz-security-token': sessionToken }),
    };
    const request = {
      ...to,
      method: 'POST',
      path: '/',
      headers: {
        ...headers,
        'content-length': String(Buffer.byteLength(body)),
        authorization: signatureOf({ headers, body }, credentials, region),
      },
      body,
    };
    const { response } = await config.requestHandler.handle(request as never, {
      requestTimeout: PATIENCE_MS,
    });
    const text = await textOf(response.body as IncomingMessage);
    if (response.statusCode !== 200) throw new Error(`DynamoDB answered ${response.statusCode}`);
    return answerOf(JSON.parse(text) as WireAnswer);
  };

  return async (input) => {
    if (template !== null && clock() >= cautiousUntil) {
      try {
        return await ask(template, input);
      } catch {
        cautiousUntil = clock() + CAUTION_MS;
      }
    }
    return client.send(new BatchGetItemCommand(input));
  };
};

const templateOf = (request: unknown): RequestTemplate => {
  const { protocol, hostname, port, headers } = request as RequestTemplate;
  const kept = Object.entries(headers).map(([name, value]): [string, string] => [name.toLowerCase(), value]);
  return {
    protocol,
    hostname,
    ...(port === undefined ? {} : { port }),
    headers: Object.fromEntries(kept.filter(([name]) => !PASSING.has(name))),
  };
};

/** ISO 8601 basic, as signatures write the time: `20261122T233000Z`. */
const amzDateOf = (at: number): string => new Date(at).toISOString().replace(/[-:]|\.\d{3}/g, '');

const textOf = (body: IncomingMessage): Promise<string> =>
  new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    body.on('data', (chunk: Buffer) => chunks.push(chunk));
    body.on('end', () => resolve(Buffer.concat(chunks).toString('utf8')));
    body.on('error', reject);
  });

type Answer = Pick<BatchGetItemCommandOutput, 'Responses' | 'UnprocessedKeys'>;
type WireItem = { readonly [name: string]: WireValue };
/** As in DynamoDB's JSON: bytes are base64. */
interface WireValue {
  readonly B?: string;
  readonly BS?: readonly string[];
  readonly L?: readonly WireValue[];
  readonly M?: WireItem;
}
interface WireAnswer {
  readonly Responses?: { readonly [table: string]: readonly WireItem[] };
  readonly UnprocessedKeys?: { readonly [table: string]: { readonly Keys?: readonly WireItem[] } };
}

const bytesOf = (base64: string): Buffer => Buffer.from(base64, 'base64');

const attributeOf = (value: WireValue): AttributeValue => {
  if (value.B !== undefined) return { B: bytesOf(value.B) };
  if (value.BS !== undefined) return { BS: value.BS.map(bytesOf) };
  if (value.L !== undefined) return { L: value.L.map(attributeOf) };
  if (value.M !== undefined) return { M: itemOf(value.M) };
  return value as AttributeValue;
};

const itemOf = (item: WireItem): Record<string, AttributeValue> =>
  Object.fromEntries(Object.entries(item).map(([name, value]) => [name, attributeOf(value)]));

const answerOf = ({ Responses = {}, UnprocessedKeys = {} }: WireAnswer): Answer => ({
  Responses: Object.fromEntries(
    Object.entries(Responses).map(([table, items]) => [table, items.map(itemOf)]),
  ),
  UnprocessedKeys: Object.fromEntries(
    Object.entries(UnprocessedKeys).map(([table, { Keys = [] }]) => [table, { Keys: Keys.map(itemOf) }]),
  ),
});
