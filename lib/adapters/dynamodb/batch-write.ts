import { BatchWriteItemCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Item } from './item.ts';

/** DynamoDB writes at most this many items in one request. */
const MAX_BATCH_WRITE = 25;

/** Requests for one chunk before it is given up. */
const MAX_ATTEMPTS = 6;

/** DynamoDB left items of a batch unwritten every time: it is throttled, and should be asked later. */
export class ItemsUnwritten extends Error {
  constructor() {
    super('DynamoDB left items of a batch unprocessed every time');
    this.name = 'ItemsUnwritten';
  }
}

/** How a writer waits: for so many milliseconds, with a number in [0, 1) as jitter. */
export interface Pauses {
  readonly pause: (milliseconds: number) => Promise<void>;
  readonly random: () => number;
}

/**
 * Puts items that nothing depends on the order of; what DynamoDB left unprocessed is put again, with growing pauses.
 *
 * @throws ItemsUnwritten where some were left every time
 */
export const batchPut = async (
  client: DynamoDBClient,
  table: string,
  items: readonly Item[],
  { pause, random }: Pauses,
): Promise<void> => {
  // A request that names a key twice is refused.
  const distinct = [...new Map(items.map((item) => [`${item.pk?.S}\n${item.sk?.S}`, item])).values()];
  for (let start = 0; start < distinct.length; start += MAX_BATCH_WRITE) {
    let left = distinct.slice(start, start + MAX_BATCH_WRITE);
    for (let attempt = 0; left.length > 0; attempt++) {
      if (attempt === MAX_ATTEMPTS) throw new ItemsUnwritten();
      if (attempt > 0) await pause(random() * 25 * 2 ** attempt);
      const answer = await client.send(
        new BatchWriteItemCommand({
          RequestItems: { [table]: left.map((Item) => ({ PutRequest: { Item } })) },
        }),
      );
      left = (answer.UnprocessedItems?.[table] ?? []).flatMap(({ PutRequest }) =>
        PutRequest?.Item === undefined ? [] : [PutRequest.Item],
      );
    }
  }
};
