import { createHash } from 'node:crypto';
import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import type { DeliveryLog, MessageName, Settled } from '../../domain/delivery/delivery.ts';
import type { Item } from './item.ts';

/** For how long it is known that a message was sent: twice as long as a dead-letter queue keeps it. */
const DELIVERY_LIFE_MS = 30 * 24 * 60 * 60_000;

/**
 * A lease that ends so much later than those of now is of a clock that was set back. One that ends a little later is of
 * somebody who asked a moment after, and was faster, or whose clock is ahead: it is theirs.
 */
const SET_BACK_MS = 24 * 60 * 60_000;

/** Under the visitor, so that it is erased with them. A message's id may hold what a shop calls its carts: hashed. */
const deliveryKey = ({ visitorId, messageId }: MessageName): Item => ({
  pk: { S: visitorId },
  sk: { S: `S#${createHash('sha256').update(messageId).digest('base64url').slice(0, 22)}` },
});

const settledOf = (item: Item): Settled => ({
  outcome: item.st?.S === 'sent' ? 'delivered' : 'refused',
  reason: item.reason?.S ?? null,
  at: Number(item.at?.N ?? 0),
});

const number = (value: number) => ({ N: String(value) });

/** Deliveries in the log table: `sending` with a lease, then `sent` or `failed` for good. */
export const createDeliveryLog = (client: DynamoDBClient, table: string): DeliveryLog => {
  const ifStillMine = async (command: UpdateItemCommand): Promise<void> => {
    try {
      await client.send(command);
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
    }
  };

  return {
    claim: async (name, now, leaseMs) => {
      try {
        const answer = await client.send(
          new UpdateItemCommand({
            TableName: table,
            Key: deliveryKey(name),
            ConditionExpression:
              'attribute_not_exists(pk) OR (st = :sending AND (lease <= :now OR lease > :beyond))',
            UpdateExpression: 'SET st = :sending, lease = :end, #ttl = :ttl ADD attempt :one',
            ExpressionAttributeNames: { '#ttl': 'ttl' },
            ExpressionAttributeValues: {
              ':sending': { S: 'sending' },
              ':now': number(now),
              ':end': number(now + leaseMs),
              ':beyond': number(now + leaseMs + SET_BACK_MS),
              ':ttl': number(Math.ceil((now + DELIVERY_LIFE_MS) / 1000)),
              ':one': number(1),
            },
            ReturnValues: 'UPDATED_NEW',
            ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
          }),
        );
        return { kind: 'claimed', attempt: Number(answer.Attributes?.attempt?.N ?? 1) };
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
        const item = error.Item ?? {};
        return item.st?.S === 'sending' ? { kind: 'held' } : { kind: 'settled', settled: settledOf(item) };
      }
    },
    settle: (name, attempt, { outcome, reason, at }) =>
      ifStillMine(
        new UpdateItemCommand({
          TableName: table,
          Key: deliveryKey(name),
          ConditionExpression: 'st = :sending AND attempt = :attempt',
          UpdateExpression: 'SET st = :state, #at = :at, reason = :reason REMOVE lease',
          ExpressionAttributeNames: { '#at': 'at' },
          ExpressionAttributeValues: {
            ':sending': { S: 'sending' },
            ':attempt': number(attempt),
            ':state': { S: outcome === 'delivered' ? 'sent' : 'failed' },
            ':at': number(at),
            ':reason': reason === null ? { NULL: true } : { S: reason },
          },
        }),
      ),
    release: (name, attempt) =>
      ifStillMine(
        new UpdateItemCommand({
          TableName: table,
          Key: deliveryKey(name),
          ConditionExpression: 'st = :sending AND attempt = :attempt',
          UpdateExpression: 'SET lease = :none',
          ExpressionAttributeValues: {
            ':sending': { S: 'sending' },
            ':attempt': number(attempt),
            ':none': number(0),
          },
        }),
      ),
  };
};
