import {
  type AttributeValue,
  CreateTableCommand,
  DeleteItemCommand,
  DynamoDBClient,
  PutItemCommand,
  paginateScan,
} from '@aws-sdk/client-dynamodb';
import * as z from 'zod';
import { startLocalService } from '../../../local/service-thread.ts';
import { TABLE_NAMES } from '../../../local/store/tables.ts';
import { wend } from '../../unit/cli/run.ts';
import { temporaryDirectory } from '../local/helpers.ts';
import { archivedIn } from './archived-in.ts';

const countsSchema = z.record(z.string(), z.number());

type Items = readonly Record<string, AttributeValue>[];

export type World = Awaited<ReturnType<typeof startWorld>>;

/** A local service that keeps its data, whose tables are lost and brought back from backups. */
export const startWorld = async () => {
  const directory = temporaryDirectory();
  const service = await startLocalService({ catalog: null, dataDirectory: directory });
  const dynamo = new DynamoDBClient({
    endpoint: service.storeUrl,
    region: 'us-east-1',
    credentials: { accessKeyId: 'wend-local', secretAccessKey: 'wend-local' },
  });

  const ask = async (method: string, path: string, json?: object) => {
    const answer = await fetch(`${service.url}${path}`, {
      method,
      headers: { authorization: 'Bearer ak_local', 'content-type': 'application/json' },
      ...(json === undefined ? {} : { body: JSON.stringify(json) }),
    });
    const body: unknown = await answer.json();
    return { status: answer.status, body };
  };

  /** Applies all that was accepted. */
  const settle = () => ask('POST', '/_local/clock', { advance: 'PT0S' });

  const itemsOf = async (table: string): Promise<Items> => {
    const items: Record<string, AttributeValue>[] = [];
    for await (const page of paginateScan({ client: dynamo }, { TableName: table })) {
      items.push(...(page.Items ?? []));
    }
    return items;
  };

  /** A backup of the visitors table. */
  const backUp = () => itemsOf(TABLE_NAMES.visitors);

  /** Makes the visitors table what it was. */
  const restore = async (backup: Items): Promise<void> => {
    for (const { pk, sk } of await backUp()) {
      if (pk === undefined || sk === undefined) continue;
      await dynamo.send(new DeleteItemCommand({ TableName: TABLE_NAMES.visitors, Key: { pk, sk } }));
    }
    for (const Item of backup) {
      await dynamo.send(new PutItemCommand({ TableName: TABLE_NAMES.visitors, Item }));
    }
  };

  /** Puts items into a table of their own, as a broken one that is still there. */
  const putAside = async (name: string, items: Items): Promise<void> => {
    const keys = ['pk', 'sk'];
    await dynamo.send(
      new CreateTableCommand({
        TableName: name,
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: keys.map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
        KeySchema: keys.map((AttributeName, index) => ({
          AttributeName,
          KeyType: index === 0 ? 'HASH' : 'RANGE',
        })),
      }),
    );
    for (const Item of items) await dynamo.send(new PutItemCommand({ TableName: name, Item }));
  };

  /** What the service says of somebody. */
  const visitor = async (id: string): Promise<unknown> => {
    await settle();
    const { status, body } = await ask('GET', `/v1/visitors/${encodeURIComponent(id)}`);
    return status === 404 ? null : body;
  };

  return {
    service,
    dynamo,
    directory,
    /** The lines of the archive. */
    lines: () => archivedIn(directory),
    send: (path: string, body: object) => ask('POST', path, body),
    settle,
    backUp,
    restore,
    putAside,
    visitor,
    /** Runs `wend archive …` against this service. */
    wend: async (...argv: readonly string[]) => {
      const ran = await wend(['archive', ...argv, '--json'], { environment: { WEND_URL: service.url } });
      return { ...ran, counts: ran.out === '' ? null : countsSchema.parse(JSON.parse(ran.out)) };
    },
    stop: async () => {
      dynamo.destroy();
      await service.stop();
    },
  };
};
