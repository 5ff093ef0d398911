import { createHash } from 'node:crypto';
import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  TransactionCanceledException,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { type BusinessEvent, compareBusinessEvents } from '../../domain/business/business-event.ts';
import type { SubjectStore } from '../../domain/business/business-store.ts';
import { pack, unpack } from './blob.ts';
import { counterKey } from './counter-items.ts';
import type { Item } from './item.ts';
import { queryPages } from './query-pages.ts';

/** How long the latest event of a subject is kept, in milliseconds after it was received. */
const EVENT_LIFE_MS = 90 * 24 * 60 * 60_000;

/** Tries at a write that somebody else was faster with; the message then goes back to its queue. */
const MAX_ATTEMPTS = 8;

/** Types of event that one subject is asked for: somebody who starts to follow is told of so many at most. */
const MAX_TYPES = 100;

/** Another event of the subject was written first, every time. */
class SubjectContended extends Error {
  constructor() {
    super('lost the race for the latest event of a subject too often');
    this.name = 'SubjectContended';
  }
}

const fingerprint = (text: string): string =>
  createHash('sha256').update(text).digest('base64url').slice(0, 22);

/** A subject may be as long as a key may be: keys have its fingerprint, of 132 bits. */
export const subjectHash = fingerprint;

const subjectPk = (subject: string): string => `subject#${subjectHash(subject)}`;

const latestKey = (subject: string, type: string): Item => ({
  pk: { S: subjectPk(subject) },
  sk: { S: `E#${fingerprint(type)}` },
});

const readEvent = (item: Item | undefined): BusinessEvent | null =>
  item?.s?.B === undefined ? null : (unpack(item.s.B) as BusinessEvent);

const conditionOn = (version: number | null) =>
  version === null
    ? { ConditionExpression: 'attribute_not_exists(pk)' }
    : {
        ConditionExpression: 'v = :expected',
        ExpressionAttributeValues: { ':expected': { N: String(version) } },
      };

/** The latest business events in the log table: an item for each type and subject. */
export const createSubjectStore = (client: DynamoDBClient, table: string): SubjectStore => {
  const read = async (subject: string, type: string) => {
    const { Item: item } = await client.send(
      new GetItemCommand({ TableName: table, Key: latestKey(subject, type), ConsistentRead: true }),
    );
    return { event: readEvent(item), version: item === undefined ? null : Number(item.v?.N ?? 0) };
  };

  const write = async (event: BusinessEvent, version: number | null): Promise<boolean> => {
    try {
      await client.send(
        new PutItemCommand({
          TableName: table,
          Item: {
            ...latestKey(event.subject, event.type),
            v: { N: String((version ?? 0) + 1) },
            s: { B: pack(event) },
            ttl: { N: String(Math.ceil((event.receivedAt + EVENT_LIFE_MS) / 1000)) },
          },
          ...conditionOn(version),
        }),
      );
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false;
      throw error;
    }
  };

  const keep: SubjectStore['keep'] = async (event) => {
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      const known = await read(event.subject, event.type);
      // A sender that tries again may name another time: it is the same event, and the first time stands.
      if (known.event?.messageId === event.messageId) return 'same';
      if (known.event !== null && compareBusinessEvents(event, known.event) < 0) return 'older';
      if (await write(event, known.version)) return 'kept';
    }
    throw new SubjectContended();
  };

  const allLatest: SubjectStore['allLatest'] = async (subject) => {
    const events: BusinessEvent[] = [];
    const pages = queryPages(client, {
      TableName: table,
      KeyConditionExpression: 'pk = :subject and begins_with(sk, :events)',
      ExpressionAttributeValues: { ':subject': { S: subjectPk(subject) }, ':events': { S: 'E#' } },
      ConsistentRead: true,
      Limit: MAX_TYPES,
    });
    for await (const items of pages) {
      events.push(...items.map(readEvent).filter((event) => event !== null));
      if (events.length >= MAX_TYPES) break;
    }
    return events;
  };

  const addOne = (counter: string) => ({
    TableName: table,
    Key: counterKey(counter),
    UpdateExpression: 'ADD n :one',
    ExpressionAttributeValues: { ':one': { N: '1' } },
  });

  const countUnfollowed: SubjectStore['countUnfollowed'] = async (event) => {
    const { version, event: known } = await read(event.subject, event.type);
    if (version === null || known?.messageId !== event.messageId) return;
    // The event says itself that it has been counted: told twice, it counts once.
    const mark = {
      TableName: table,
      Key: latestKey(event.subject, event.type),
      UpdateExpression: 'SET u = :yes',
      ConditionExpression: 'v = :expected and attribute_not_exists(u)',
      ExpressionAttributeValues: { ':yes': { BOOL: true }, ':expected': { N: String(version) } },
    };
    try {
      await client.send(
        new TransactWriteItemsCommand({
          TransactItems: [{ Update: mark }, { Update: addOne(`business/${event.type}/unfollowed`) }],
        }),
      );
    } catch (error) {
      if (!isCounted(error)) throw error;
    }
  };

  return {
    keep,
    latest: async (subject, type) => (await read(subject, type)).event,
    allLatest,
    countUnfollowed,
    countInvalid: async () => {
      await client.send(new UpdateItemCommand(addOne('business/invalid')));
    },
  };
};

/** The event was counted before, or is the latest no more. */
const isCounted = (error: unknown): boolean =>
  error instanceof TransactionCanceledException &&
  (error.CancellationReasons ?? []).some(({ Code }) => Code === 'ConditionalCheckFailed');
