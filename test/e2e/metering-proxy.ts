import * as z from 'zod';
import { unpack } from '../../lib/adapters/dynamodb/blob.ts';
import { type ForwardingProxy, startForwardingProxy } from './forwarding-proxy.ts';

/** What requests to DynamoDB took, as it would bill them, and what the commits among them wanted of the world. */
export interface Metered {
  readonly readUnits: number;
  readonly writeUnits: number;
  /** Commits of visitors. */
  readonly commits: number;
  /** Messages to queues: one for each kind of effect of a commit. */
  readonly messages: number;
}

/**
 * Stands before a DynamoDB and adds up the capacity units that each request consumes, but for looks at the control items:
 * an instance looks once in five seconds, whatever it is asked, and the local service each time.
 */
export interface MeteringProxy extends ForwardingProxy {
  /** What was consumed since the last call. */
  readonly take: () => Metered;
}

const READS = new Set(['GetItem', 'BatchGetItem', 'Query', 'Scan', 'TransactGetItems']);
const WRITES = new Set(['PutItem', 'UpdateItem', 'DeleteItem', 'BatchWriteItem', 'TransactWriteItems']);

const capacitySchema = z.object({ CapacityUnits: z.number() });
const answerSchema = z.looseObject({
  ConsumedCapacity: z.union([capacitySchema.transform((one) => [one]), z.array(capacitySchema)]).default([]),
});

const effectsSchema = z.object({ effects: z.array(z.object({ kind: z.string() })) });
/** How a request for the control items says so. */
const CONTROL = '"pk":{"S":"control"}';

const withEffectsSchema = z.object({ e: z.object({ B: z.string() }) });

/** The packed effects of every commit in a request, wherever in it they stand. */
const effectsOf = (value: unknown): readonly string[] => {
  if (typeof value !== 'object' || value === null) return [];
  const item = withEffectsSchema.safeParse(value);
  return [...(item.success ? [item.data.e.B] : []), ...Object.values(value).flatMap(effectsOf)];
};

const kindsOf = (packed: string): number =>
  new Set(effectsSchema.parse(unpack(Buffer.from(packed, 'base64'))).effects.map(({ kind }) => kind)).size;

const NOTHING: Metered = { readUnits: 0, writeUnits: 0, commits: 0, messages: 0 };

export const startMeteringProxy = async (target: string): Promise<MeteringProxy> => {
  let sum = NOTHING;

  const note = (operation: string, request: unknown, answer: string): void => {
    if (JSON.stringify(request).includes(CONTROL)) return;
    const units = answerSchema
      .parse(JSON.parse(answer))
      .ConsumedCapacity.reduce((all, { CapacityUnits }) => all + CapacityUnits, 0);
    const commits = effectsOf(request);
    sum = {
      readUnits: sum.readUnits + (READS.has(operation) ? units : 0),
      writeUnits: sum.writeUnits + (WRITES.has(operation) ? units : 0),
      commits: sum.commits + commits.length,
      messages: sum.messages + commits.reduce((all, packed) => all + kindsOf(packed), 0),
    };
  };

  const proxy = await startForwardingProxy(target, (operation, body) => {
    if (!READS.has(operation) && !WRITES.has(operation)) return { body };
    const document: unknown = JSON.parse(body);
    return {
      body: JSON.stringify({ ...Object(document), ReturnConsumedCapacity: 'TOTAL' }),
      onAnswer: ({ ok, text }) => {
        if (ok) note(operation, document, text);
      },
    };
  });
  return {
    ...proxy,
    take: () => {
      const taken = sum;
      sum = NOTHING;
      return taken;
    },
  };
};
