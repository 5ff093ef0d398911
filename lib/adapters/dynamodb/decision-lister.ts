import { type DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb';
import type { LoggedDecisions } from '../../domain/decision/shown.ts';
import { RECORD_PREFIX, shownOf } from './decision-log.ts';

/** Greater than any key of a record. */
const LAST = `${RECORD_PREFIX}~`;

/**
 * Reads what a visitor's decisions showed, newest first, without the records themselves.
 *
 * @param before - the key of the one to go on after, or {@link decisionKeyAt}; null: from the newest
 */
export const createDecisionLister =
  (client: DynamoDBClient, table: string) =>
  async (visitorId: string, before: string | null, limit: number): Promise<LoggedDecisions> => {
    const { Items: items = [], LastEvaluatedKey: last } = await client.send(
      new QueryCommand({
        TableName: table,
        KeyConditionExpression: 'pk = :pk AND sk BETWEEN :first AND :last',
        ExpressionAttributeValues: {
          ':pk': { S: visitorId },
          ':first': { S: RECORD_PREFIX },
          ':last': { S: before === null ? LAST : RECORD_PREFIX + before },
        },
        ProjectionExpression: 'sk, w',
        ScanIndexForward: false,
        // BETWEEN takes its end along, which the reader has already.
        Limit: limit + (before === null ? 0 : 1),
      }),
    );
    const decisions = items.map((item) => {
      const key = (item.sk?.S ?? '').slice(RECORD_PREFIX.length);
      const at = Number.parseInt(key.split('-', 1)[0] ?? '', 36);
      return { key, decisionId: `${visitorId}.${key}`, at, shown: shownOf(item) };
    });
    return { decisions: decisions.filter(({ key }) => key !== before), more: last !== undefined };
  };
