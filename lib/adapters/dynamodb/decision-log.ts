import { type DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import type { DecisionRecord } from '../../domain/decision/record.ts';
import { NOTHING_SHOWN, type ShownSummary } from '../../domain/decision/shown.ts';
import { pack, unpack } from './blob.ts';
import type { Item } from './item.ts';

/** For how long a decision can be reproduced, in milliseconds. */
const RECORD_LIFE_MS = 30 * 24 * 60 * 60_000;

/** Records of decisions, each under its visitor's key so that it can be erased with them. */
export interface DecisionLog {
  readonly put: (record: DecisionRecord) => Promise<void>;
  readonly get: (decisionId: string) => Promise<DecisionRecord | null>;
}

/** Sort keys of records begin with this; what follows begins with the time, in base 36. */
export const RECORD_PREFIX = 'D#';

/** A decision's id says under which visitor its record lies: `<visitorId>.<rest>`. */
const recordKey = (decisionId: string): Item => {
  const [visitorId = '', rest = ''] = decisionId.split('.', 2);
  return { pk: { S: visitorId }, sk: { S: RECORD_PREFIX + rest } };
};

export const createDecisionLog = (client: DynamoDBClient, table: string): DecisionLog => ({
  put: async (record) => {
    const { shown, ...replayed } = record;
    await client.send(
      new PutItemCommand({
        TableName: table,
        Item: {
          ...recordKey(record.decisionId),
          r: { B: pack(replayed) },
          // By itself, so that a story is read without the records.
          w: { S: JSON.stringify(shown) },
          ttl: { N: String(Math.ceil((record.decidedAt + RECORD_LIFE_MS) / 1000)) },
        },
      }),
    );
  },
  get: async (decisionId) => {
    const { Item: item } = await client.send(
      new GetItemCommand({ TableName: table, Key: recordKey(decisionId) }),
    );
    return item?.r?.B === undefined
      ? null
      : ({ ...(unpack(item.r.B) as object), shown: shownOf(item) } as DecisionRecord);
  },
});

/** Records of before stories were told say nothing of what was shown. */
export const shownOf = (item: Item): ShownSummary =>
  item.w?.S === undefined ? NOTHING_SHOWN : (JSON.parse(item.w.S) as ShownSummary);
