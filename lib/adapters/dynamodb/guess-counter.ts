import { type DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import type { Guesser } from '../../domain/guess/guess.ts';
import { guessKey, guessTtl } from './guess-items.ts';

/** Adds wrong codes to those of an hour; one that is there already is there once. */
export const createGuessCounter =
  (client: DynamoDBClient, table: string) =>
  async (guesser: Guesser, hour: number, guesses: readonly string[]): Promise<void> => {
    await client.send(
      new UpdateItemCommand({
        TableName: table,
        Key: guessKey(guesser, hour),
        UpdateExpression: 'ADD g :guesses SET #ttl = :ttl',
        ExpressionAttributeNames: { '#ttl': 'ttl' },
        ExpressionAttributeValues: { ':guesses': { SS: [...guesses] }, ':ttl': { N: guessTtl(hour) } },
      }),
    );
  };
