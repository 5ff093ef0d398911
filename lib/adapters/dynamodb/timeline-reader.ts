import { type DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb';
import type { ReadTimelineEntries } from '../../domain/visitor/timeline.ts';
import { AFTER_ALL, readTimelineItem, sortKeyOf } from './timeline-items.ts';

/** Reads visitors' stories out of the log table: by place, newest first. */
export const createTimelineReader =
  (client: DynamoDBClient, table: string): ReadTimelineEntries =>
  async (visitorId, before, limit) => {
    const answer = await client.send(
      new QueryCommand({
        TableName: table,
        // A range has no open end: its upper one is told by the place that it starts after.
        KeyConditionExpression: 'pk = :visitor AND sk BETWEEN :first AND :last',
        ExpressionAttributeValues: {
          ':visitor': { S: visitorId },
          ':first': { S: sortKeyOf('') },
          ':last': { S: before === null ? AFTER_ALL : sortKeyOf(before) },
        },
        ...(before === null
          ? {}
          : { ExclusiveStartKey: { pk: { S: visitorId }, sk: { S: sortKeyOf(before) } } }),
        ScanIndexForward: false,
        Limit: limit,
      }),
    );
    const entries = (answer.Items ?? []).flatMap((item) => readTimelineItem(item) ?? []);
    return { entries, more: answer.LastEvaluatedKey !== undefined };
  };
