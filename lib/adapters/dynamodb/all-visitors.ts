import { type DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { isVisitorId } from '../../domain/identity/visitor-id.ts';
import type { Item } from './item.ts';

/** A visitor id that something lies under, and when it was last erased as far as that says. */
export interface VisitorOfTable {
  readonly visitorId: string;
  readonly erasedAt: number | null;
}

/** All visitor ids of the visitors table, each once: a scan of the whole table, in which items of an id lie together. */
export const createAllVisitors = (client: DynamoDBClient, table: string) =>
  async function* (): AsyncGenerator<VisitorOfTable> {
    let visitorId = '';
    let erasedAt: number | null = null;
    let from: Item | undefined;
    do {
      const page = await client.send(
        new ScanCommand({
          TableName: table,
          ProjectionExpression: 'pk, x',
          ConsistentRead: true,
          ...(from === undefined ? {} : { ExclusiveStartKey: from }),
        }),
      );
      for (const { pk, x } of page.Items ?? []) {
        const next = pk?.S ?? '';
        if (next !== visitorId) {
          if (isVisitorId(visitorId)) yield { visitorId, erasedAt };
          visitorId = next;
          erasedAt = null;
        }
        if (x?.N !== undefined) erasedAt = Number(x.N);
      }
      from = page.LastEvaluatedKey;
    } while (from !== undefined);
    if (isVisitorId(visitorId)) yield { visitorId, erasedAt };
  };
