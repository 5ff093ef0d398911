import * as z from 'zod';
import { formatFileError, readCatalog } from '../lib/adapters/catalog-files/read-catalog.ts';
import { createDynamoClient } from '../lib/adapters/dynamodb/client.ts';
import { createControlStore } from '../lib/adapters/dynamodb/control-store.ts';
import type { StoredKey } from '../lib/contracts/control.ts';
import { hashKey } from '../lib/runtime/keys.ts';
import type { Functions } from './functions.ts';
import { gatewayEventOf } from './http/gateway-event.ts';
import { StartFailure } from './start-failure.ts';
import { TABLE_NAMES } from './store/tables.ts';

/** The keys that the local service accepts, as `api.md` promises. */
export const LOCAL_KEYS = { publishable: 'pk_local', secret: 'sk_local', admin: 'ak_local' } as const;

const storedKeys = (at: number): readonly StoredKey[] => [
  {
    id: 'pk_local',
    kind: 'publishable',
    hash: hashKey(LOCAL_KEYS.publishable),
    createdAt: at,
    label: 'local',
  },
  { id: 'sk_local', kind: 'secret', hash: hashKey(LOCAL_KEYS.secret), createdAt: at, label: 'local' },
  { id: 'ak_local', kind: 'admin', hash: hashKey(LOCAL_KEYS.admin), createdAt: at, label: 'local' },
];

/** Stores the local keys where no key with their names is stored yet. */
export const seedKeys = async (at: number): Promise<void> => {
  const client = createDynamoClient();
  try {
    const store = createControlStore(client, TABLE_NAMES.log);
    const seen = await store.read();
    const known = new Set(seen.keys.map((key) => key.id));
    const missing = storedKeys(at).filter((key) => !known.has(key.id));
    if (missing.length > 0 && (await store.putKeys(seen, [...seen.keys, ...missing])) === 'conflict') {
      throw new StartFailure('Another service writes to the same DynamoDB; give each its own.');
    }
  } finally {
    client.destroy();
  }
};

const answerSchema = z.object({ statusCode: z.number(), body: z.string().optional() });

const findingSchema = z.object({
  severity: z.string(),
  kind: z.string(),
  id: z.string(),
  path: z.string(),
  message: z.string(),
});
const refusalSchema = z.object({
  detail: z.string().optional(),
  findings: z.array(findingSchema).default([]),
});

const others = (count: number): string =>
  count === 0 ? '' : ` (and ${count} more: \`npx wend validate\` lists them)`;

const refused = (location: string, first: string, count: number): StartFailure =>
  new StartFailure(`The catalog ${location} can't be published: ${first}${others(count - 1)}.`);

const parseJson = (text: string | undefined): unknown => {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return {};
  }
};

/**
 * Publishes the catalog of a directory or file as an operator would: by `PUT /v1/catalog`.
 *
 * @throws {StartFailure} that names the first thing that is wrong with it, and where
 */
export const publishCatalog = async (functions: Functions, location: string, at: number): Promise<void> => {
  const files = await readCatalog(location);
  if (!files.ok) {
    const [first] = files.errors;
    throw refused(
      location,
      first === undefined ? 'it is empty' : formatFileError(first),
      files.errors.length,
    );
  }
  const event = gatewayEventOf({
    method: 'PUT',
    target: '/v1/catalog',
    httpVersion: '1.1',
    headers: { 'content-type': ['application/json'], authorization: [`Bearer ${LOCAL_KEYS.admin}`] },
    body: Buffer.from(JSON.stringify({ definitions: files.definitions })),
    sourceIp: '127.0.0.1',
    requestId: 'local-start',
    at,
    routeKey: 'PUT /v1/catalog',
    pathParameters: {},
  });
  const answer = answerSchema.parse(await functions.api('manage-catalog')?.(event, {}));
  if (answer.statusCode < 300) {
    return;
  }
  const refusal = refusalSchema.safeParse(parseJson(answer.body)).data;
  const errors = (refusal?.findings ?? []).filter((finding) => finding.severity === 'error');
  const [first] = errors;
  if (first === undefined) {
    throw refused(location, refusal?.detail ?? `the service answered ${answer.statusCode}`, 1);
  }
  const place = files.locate(first) ?? { file: location, line: 1, column: 1 };
  throw refused(location, formatFileError({ ...first, ...place }), errors.length);
};
