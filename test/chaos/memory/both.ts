import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { type Around, clientAt, createMemory, type Send } from '../stores.ts';

/** An answer or an error, as far as an adapter could tell two of them apart. */
const plain = (value: unknown): unknown => {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value)
    .filter(([key, inner]) => key !== '$metadata' && key !== 'ConsumedCapacity' && inner !== undefined)
    .map(([key, inner]) => [key, key === 'Responses' ? inAnyOrder(inner) : plain(inner)] as const)
    .filter(([, inner]) => !isEmpty(inner));
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
};

const isEmpty = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && Object.keys(value).length === 0;

/** A batch answers its items in whatever order. */
const inAnyOrder = (responses: object): unknown =>
  Object.fromEntries(
    Object.entries(responses).map(([table, items]) => [
      table,
      [...items].map((item) => JSON.stringify(plain(item))).sort(),
    ]),
  );

const plainError = (error: unknown): unknown =>
  error instanceof Error
    ? {
        error: error.name,
        item: plain(Reflect.get(error, 'Item')),
        reasons: (Reflect.get(error, 'CancellationReasons') ?? []).map(
          ({ Code }: { readonly Code?: string }) => Code ?? 'None',
        ),
      }
    : { error };

/** What came of asking: to be compared, and to be answered. */
const outcomeOf = async (send: Send, input: object) => {
  try {
    const answer = await send(input);
    return { plain: plain(answer), answer: async (): Promise<object> => answer };
  } catch (error) {
    return { plain: plainError(error), answer: () => Promise.reject<object>(error) };
  }
};

/** The store in memory and a real one, asked the same. */
export interface Both {
  /** A client of both; it answers what the real one does. */
  readonly clientOf: (around: Around) => DynamoDBClient;
  /** Requests so far, by command. */
  readonly asked: ReadonlyMap<string, number>;
  /** Where the two did not answer alike. */
  readonly differences: readonly string[];
}

/** @param endpoint - of a real store, with nothing in it */
export const askBoth = (endpoint: string): Both => {
  const memory = createMemory();
  const asked = new Map<string, number>();
  const differences: string[] = [];
  const clientOf = (around: Around): DynamoDBClient =>
    clientAt(endpoint, (command, input, send) =>
      around(command, input, async (sent) => {
        const remembered = await outcomeOf(async (given) => memory.execute(command, given), sent);
        const real = await outcomeOf(send, sent);
        asked.set(command, (asked.get(command) ?? 0) + 1);
        const [inMemory, inTruth] = [JSON.stringify(remembered.plain), JSON.stringify(real.plain)];
        if (inMemory !== inTruth) {
          differences.push(`${command} ${JSON.stringify(plain(sent))}: ${inTruth}, in memory ${inMemory}`);
        }
        return real.answer();
      }),
    );
  return { clientOf, asked, differences };
};
