import {
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  TransactionCanceledException,
  TransactionInProgressException,
  type TransactWriteItem,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import type { CapPart } from '../../domain/redemption/cap.ts';
import { isOpen, type Redemption } from '../../domain/redemption/redemption.ts';
import type {
  LedgerMove,
  PersonLine,
  RedemptionStore,
  WriteOutcome,
} from '../../domain/redemption/redemption-store.ts';
import { batchGet, itemAt } from './batch-get.ts';
import type { Item } from './item.ts';
import {
  capKey,
  OPEN_SHARDS,
  ofVisitorItem,
  openBefore,
  openItem,
  openKey,
  openPartition,
  partItem,
  partKey,
  personKey,
  readPart,
  readRedemption,
  redemptionItem,
  redemptionKey,
} from './redemption-items.ts';
import { pointersOf, queueItem, taskItem } from './task-items.ts';

/** DynamoDB takes so many actions in one transaction. */
const MAX_ACTIONS = 100;

const number = (value: number): Item[string] => ({ N: String(value) });

/** Whether an item is as it was read: at this version, or not there. */
const unwritten = (version: number | null) =>
  version === null
    ? { ConditionExpression: 'attribute_not_exists(pk)' }
    : { ConditionExpression: 'v = :version', ExpressionAttributeValues: { ':version': number(version) } };

/** What kept a transaction from being written; its first action is the redemption. Anything else is thrown. */
const outcomeOf = (error: unknown): WriteOutcome => {
  if (error instanceof TransactionInProgressException) return 'contended';
  if (!(error instanceof TransactionCanceledException)) throw error;
  const codes = (error.CancellationReasons ?? []).map(({ Code }) => Code);
  if (codes[0] === 'ConditionalCheckFailed') return 'moved';
  if (codes.includes('ConditionalCheckFailed')) return 'short';
  if (codes.includes('TransactionConflict')) return 'contended';
  throw error;
};

/** The offer ledger in the log table. */
export const createRedemptionStore = (client: DynamoDBClient, table: string): RedemptionStore => {
  const put = (item: Item): TransactWriteItem => ({ Put: { TableName: table, Item: item } });

  const redemptionAction = ({ before, after }: LedgerMove): TransactWriteItem => ({
    Put: {
      TableName: table,
      Item: redemptionItem(after, (before?.version ?? 0) + 1),
      ...unwritten(before?.version ?? null),
    },
  });

  const openActions = ({ before, after }: LedgerMove): readonly TransactWriteItem[] => {
    const remove = (one: Redemption): TransactWriteItem => ({
      Delete: { TableName: table, Key: openKey(one) },
    });
    const open = openItem(after);
    // An order that was approved has to be looked at much sooner than one that awaits its approval.
    const moved = before !== null && before.redemption.expiresAt !== after.expiresAt;
    return [
      ...(moved && isOpen(before.redemption) ? [remove(before.redemption)] : []),
      open === null ? remove(after) : put(open),
    ];
  };

  /** A task is nobody else's: it is named by its order, of which the transaction's first action makes sure. */
  const taskActions = ({ task }: LedgerMove): readonly TransactWriteItem[] =>
    task === undefined ? [] : [taskItem(task, 1), ...pointersOf(task)].map(put);

  const takeAction = ({
    capId,
    part,
    amount,
    limit,
    hold,
  }: LedgerMove['takes'][number]): TransactWriteItem => ({
    Update: {
      TableName: table,
      Key: partKey(capId, part),
      UpdateExpression: `SET l = l - :amount, u = u + :amount, v = v + :one${hold === undefined ? '' : ', h = :holder, x = :until'}`,
      ...(limit === null
        ? { ConditionExpression: 'attribute_exists(pk)' }
        : { ConditionExpression: 'l >= :amount AND m = :limit' }),
      ExpressionAttributeValues: {
        ':amount': number(amount),
        ...(limit === null ? {} : { ':limit': number(limit) }),
        ':one': number(1),
        ...(hold === undefined ? {} : { ':holder': { S: hold.holder }, ':until': number(hold.until) }),
      },
    },
  });

  const giveAction = ({ capId, part, amount }: LedgerMove['gives'][number]): TransactWriteItem => ({
    Update: {
      TableName: table,
      Key: partKey(capId, part),
      UpdateExpression: 'SET l = l + :amount, u = u - :amount, v = v + :one',
      ConditionExpression: 'u >= :amount',
      ExpressionAttributeValues: { ':amount': number(amount), ':one': number(1) },
    },
  });

  const personTakeAction = ({ visitorId, offerId, version }: PersonLine): TransactWriteItem => {
    const key = personKey(visitorId, offerId);
    if (version === null) {
      return {
        Put: { TableName: table, Item: { ...key, u: number(1), v: number(1) }, ...unwritten(null) },
      };
    }
    return {
      Update: {
        TableName: table,
        Key: key,
        UpdateExpression: 'SET u = u + :one, v = v + :one',
        ConditionExpression: 'v = :version',
        ExpressionAttributeValues: { ':one': number(1), ':version': number(version) },
      },
    };
  };

  const personGiveAction = ({
    visitorId,
    offerId,
  }: LedgerMove['personGives'][number]): TransactWriteItem => ({
    Update: {
      TableName: table,
      Key: personKey(visitorId, offerId),
      UpdateExpression: 'SET u = u - :one, v = v + :one',
      ConditionExpression: 'u >= :one',
      ExpressionAttributeValues: { ':one': number(1) },
    },
  });

  const checkAction = ({ visitorId, offerId, version }: PersonLine): TransactWriteItem => ({
    ConditionCheck: { TableName: table, Key: personKey(visitorId, offerId), ...unwritten(version) },
  });

  const send = async (actions: readonly TransactWriteItem[]): Promise<WriteOutcome> => {
    try {
      await client.send(new TransactWriteItemsCommand({ TransactItems: [...actions] }));
      return 'written';
    } catch (error) {
      return outcomeOf(error);
    }
  };

  const openIn = async (
    partition: string,
    before: number,
    start: Item | undefined,
  ): Promise<readonly [readonly string[], Item | undefined]> => {
    const answer = await client.send(
      new QueryCommand({
        TableName: table,
        KeyConditionExpression: 'pk = :open AND sk < :before',
        ExpressionAttributeValues: { ':open': { S: partition }, ':before': { S: openBefore(before) } },
        ...(start === undefined ? {} : { ExclusiveStartKey: start }),
      }),
    );
    return [(answer.Items ?? []).map((item) => item.orderId?.S ?? ''), answer.LastEvaluatedKey];
  };

  return {
    read: async (orderId) => {
      const { Item: item } = await client.send(
        new GetItemCommand({ TableName: table, Key: redemptionKey(orderId), ConsistentRead: true }),
      );
      return readRedemption(item);
    },
    readCap: async (capId) => {
      const { pk } = capKey(capId);
      const answer = await client.send(
        new QueryCommand({
          TableName: table,
          KeyConditionExpression: 'pk = :cap',
          ExpressionAttributeValues: { ':cap': pk },
          ConsistentRead: true,
        }),
      );
      return (answer.Items ?? []).map(readPart);
    },
    readPerson: async (visitorIds, offerId) => {
      const keys = visitorIds.map((visitorId) => personKey(visitorId, offerId));
      const read = await batchGet(client, [{ table, keys }], true);
      if (!read.complete) throw new Error('DynamoDB left lines of the ledger unprocessed twice');
      return visitorIds.map((visitorId): PersonLine => {
        const item = itemAt(read, table, personKey(visitorId, offerId));
        const version = item === undefined ? null : Number(item.v?.N ?? 0);
        return { visitorId, offerId, used: Number(item?.u?.N ?? 0), version };
      });
    },
    reshape: async ({ capId }, before, after) => {
      const known = new Map(before.map((part) => [part.part, part]));
      const outcome = await send(
        after.map((part: CapPart) => ({
          Put: {
            TableName: table,
            Item: partItem(capId, { ...part, version: part.version + 1 }),
            ...unwritten(known.get(part.part)?.version ?? null),
          },
        })),
      );
      return outcome === 'written' ? 'written' : 'contended';
    },
    write: async (move) => {
      // In a write of its own: in a transaction all orders that need somebody would wait for one another.
      if (move.task !== undefined) {
        await client.send(new PutItemCommand({ TableName: table, Item: queueItem(move.task.queue) }));
      }
      const needed = [
        redemptionAction(move),
        ...openActions(move),
        ...taskActions(move),
        // Held for the first time, or anew, maybe for somebody else.
        ...(move.before?.redemption.heldAt === move.after.heldAt ? [] : [put(ofVisitorItem(move.after))]),
        ...move.takes.map(takeAction),
        ...move.gives.map(giveAction),
        ...move.personTakes.map(personTakeAction),
        ...move.personGives.map(personGiveAction),
      ];
      const checks = move.personChecks.map(checkAction).slice(0, Math.max(0, MAX_ACTIONS - needed.length));
      return send([...needed, ...checks]);
    },
    findOverdue: async function* (before) {
      for (let shard = 0; shard < OPEN_SHARDS; shard++) {
        let start: Item | undefined;
        do {
          const [orderIds, next] = await openIn(openPartition(shard), before, start);
          if (orderIds.length > 0) yield orderIds;
          start = next;
        } while (start !== undefined);
      }
    },
  };
};
