import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import { BatchGetItemCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { batchGet, batchGetBy } from '../../../lib/adapters/dynamodb/batch-get.ts';
import { createDynamoClient } from '../../../lib/adapters/dynamodb/client.ts';
import { createLeanBatchGet } from '../../../lib/adapters/dynamodb/lean-batch-get.ts';
import { createRequestSigner } from '../../../lib/adapters/dynamodb/request-signature.ts';

interface Seen {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** How the store answers; the last of them goes on. */
type Reply = (response: ServerResponse) => void;

const NAMED = { RequestItems: { people: { Keys: [{ pk: { S: 'v-Ünïcode' }, sk: { S: 'V' } }] } } };

const item = {
  pk: { S: 'v-1' },
  v: { N: '3' },
  s: { B: 'AAECg/8=' },
  all: { M: { list: { L: [{ BOOL: true }, { NULL: true }, { B: '/w==' }] }, sets: { BS: ['AQ==', ''] } } },
  __proto: { SS: ['a'] },
};

const answer =
  (body: object, status = 200): Reply =>
  (response) => {
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' });
    response.end(JSON.stringify(body));
  };

const found = answer({ Responses: { people: [item] }, UnprocessedKeys: {} });
const throttled = answer(
  { __type: 'com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException', message: 'Slow down' },
  400,
);

let server: Server;
let seen: Seen[];
let replies: Reply[];
let client: DynamoDBClient;
let now: number;
let credentials: { accessKeyId: string; secretAccessKey: string; sessionToken?: string; expiration?: Date };

beforeEach(async () => {
  seen = [];
  replies = [found];
  now = Date.now();
  credentials = { accessKeyId: 'AKID', secretAccessKey: 'secret' };
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      seen.push({ headers: request.headers, body: Buffer.concat(chunks).toString('utf8') });
      const reply = replies.length > 1 ? replies.shift() : replies[0];
      reply?.(response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  client = new DynamoDBClient({
    endpoint: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`,
    region: 'eu-central-1',
    credentials: async () => credentials,
    maxAttempts: 3,
    requestHandler: { connectionTimeout: 1000, requestTimeout: 2000, throwOnRequestTimeout: true },
  });
});

afterEach(async () => {
  client.destroy();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const bySdk = ({ headers }: Seen): boolean => headers['amz-sdk-invocation-id'] !== undefined;

/** The authorization that our own signer makes of a request as it was received. */
const signedAnew = ({ headers, body }: Seen): string => {
  const [, names = ''] = /SignedHeaders=([^,]+)/.exec(headers.authorization ?? '') ?? [];
  const signed = Object.fromEntries(names.split(';').map((name) => [name, String(headers[name])]));
  return createRequestSigner()({ headers: signed, body }, credentials, 'eu-central-1');
};

/** A value with its bytes as arrays: the SDK has them in a class of its own. */
const readable = (value: unknown): unknown => {
  if (value instanceof Uint8Array) return { bytes: [...value] };
  if (Array.isArray(value)) return value.map(readable);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, readable(inner)]));
};

/** A lean sender whose first request, which is the SDK's, has been made. */
const warmSender = async () => {
  const send = createLeanBatchGet(client, () => now);
  await send(NAMED);
  seen = [];
  return send;
};

describe('a lean read', () => {
  it('follows the first request, which is the SDK’s own, and brings the same answer', async () => {
    const send = createLeanBatchGet(client, () => now);
    const [first, second] = [await send(NAMED), await send(NAMED)];
    expect(seen.map(bySdk)).toEqual([true, false]);
    expect(second.UnprocessedKeys).toEqual(first.UnprocessedKeys);
    expect(readable(second.Responses)).toEqual(readable(first.Responses));
  });

  it('says what the SDK says, to the same host', async () => {
    const send = createLeanBatchGet(client, () => now);
    await send(NAMED);
    await send(NAMED);
    const [sdk, lean] = seen;
    expect(JSON.parse(lean?.body ?? '')).toEqual(JSON.parse(sdk?.body ?? ''));
    for (const name of ['host', 'content-type', 'x-amz-target', 'user-agent', 'content-length']) {
      expect(lean?.headers[name], name).toBe(sdk?.headers[name]);
    }
  });

  it.each([
    ['long-lived credentials', { accessKeyId: 'AKID', secretAccessKey: 'secret' }],
    ['a session', { accessKeyId: 'AKID', secretAccessKey: 'se/+cret', sessionToken: 'token/+=' }],
  ])('is signed as the SDK signs, with %s', async (_, mine) => {
    credentials = mine;
    await client.send(new BatchGetItemCommand(NAMED));
    const [sdk] = seen;
    expect(sdk?.headers.authorization).toMatch(/SignedHeaders=\S*x-amz-date;/);
    expect(sdk?.headers.authorization).toBe(sdk && signedAnew(sdk));
  });

  it('signs host, target, date and token, by the corrected clock and with the credentials of the moment', async () => {
    credentials = { ...credentials, sessionToken: 'one', expiration: new Date(now + 60_000) };
    const send = await warmSender();
    credentials = { accessKeyId: 'AKID3', secretAccessKey: 'third', sessionToken: 'two' };
    client.config.systemClockOffset = 3_600_000;
    await send(NAMED);
    const [lean] = seen;
    const later = new Date(now + 3_600_000).toISOString().slice(0, 19).replace(/[-:]/g, '');
    expect(lean?.headers['x-amz-date']).toBe(`${later}Z`);
    expect(lean?.headers['x-amz-security-token']).toBe('two');
    expect(lean?.headers.authorization).toMatch(
      /Credential=AKID3\/\d{8}\/eu-central-1\/dynamodb\/aws4_request/,
    );
    expect(lean?.headers.authorization).toMatch(
      /SignedHeaders=[^,]*host;[^,]*x-amz-date;x-amz-security-token;x-amz-target/,
    );
    expect(lean?.headers.authorization).toBe(lean && signedAnew(lean));
  });

  it.each<[string, Reply]>([
    ['was throttled', throttled],
    ['failed on the other side', answer({ __type: 'InternalServerError' }, 500)],
    ['lost its connection', (response) => response.destroy()],
    [
      'broke off in its answer',
      (response) => {
        response.writeHead(200, { 'content-length': '1000' });
        response.write('{"Responses":');
        setTimeout(() => response.destroy(), 20);
      },
    ],
    ['was answered nonsense', (response) => void response.end('<html>')],
    ['was not answered within a second', () => undefined],
  ])('that %s is asked again by the SDK, which does all for five seconds', async (_, failure) => {
    const send = await warmSender();
    replies = [failure, found];
    const read = await send(NAMED);
    expect(read.Responses?.['people']).toHaveLength(1);
    await send(NAMED);
    now += 4_999;
    await send(NAMED);
    now += 2;
    await send(NAMED);
    expect(seen.map(bySdk)).toEqual([false, true, true, true, false]);
  });

  it('leaves retries to the SDK: three after the lean one, and its error where nothing helped', async () => {
    const send = await warmSender();
    replies = [throttled];
    await expect(send(NAMED)).rejects.toMatchObject({ name: 'ProvisionedThroughputExceededException' });
    expect(seen.map(bySdk)).toEqual([false, true, true, true]);
  });

  it('hands on what was left unprocessed, which is asked for once more', async () => {
    const send = await warmSender();
    replies = [
      answer({
        Responses: { people: [item] },
        UnprocessedKeys: { people: { Keys: [{ pk: { S: 'v-2' }, sk: { S: 'V' } }] } },
      }),
      answer({ Responses: { people: [{ ...item, pk: { S: 'v-2' } }] }, UnprocessedKeys: {} }),
    ];
    const keys = ['v-1', 'v-2'].map((id) => ({ pk: { S: id }, sk: { S: 'V' } }));
    const read = await batchGetBy(send, [{ table: 'people', keys }], false);
    expect(read.complete).toBe(true);
    expect(read.items.size).toBe(2);
    expect(seen.map(bySdk)).toEqual([false, false]);
  });
});

describe('the client that functions get', () => {
  it('reads batches the lean way, once the SDK has shown how', async () => {
    const address = server.address();
    vi.stubEnv(
      'AWS_ENDPOINT_URL_DYNAMODB',
      `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`,
    );
    vi.stubEnv('AWS_REGION', 'eu-central-1');
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKID');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
    const mine = createDynamoClient();
    const tables = [{ table: 'people', keys: [{ pk: { S: 'v-1' }, sk: { S: 'V' } }] }];
    try {
      await batchGet(mine, tables, true);
      await batchGet(mine, tables, true);
    } finally {
      mine.destroy();
      vi.unstubAllEnvs();
    }
    expect(seen.map(bySdk)).toEqual([true, false]);
    expect(seen.map(({ body }) => JSON.parse(body))).toEqual([
      { RequestItems: { people: { Keys: tables[0]?.keys, ConsistentRead: true } } },
      { RequestItems: { people: { Keys: tables[0]?.keys, ConsistentRead: true } } },
    ]);
  });
});
