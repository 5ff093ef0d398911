import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { TimelineWriter } from '../../domain/visitor/timeline.ts';
import { batchPut, type Pauses } from './batch-write.ts';
import { gatherPuts } from './gather-puts.ts';
import { timelineItem } from './timeline-items.ts';

/** Writes visitors' stories into the log table, each line an item of its own under the visitor's key. */
export const createTimelineWriter = (
  client: DynamoDBClient,
  table: string,
  pauses: Pauses,
): TimelineWriter => {
  const put = gatherPuts((items) => batchPut(client, table, items, pauses));
  return {
    put: (visitorId, lines, now) => put(lines.map((line) => timelineItem(visitorId, line, now))),
  };
};
