/** What one of something asks of AWS. */
export interface Usage {
  /** Through the HTTP API. */
  readonly apiRequests: number;
  readonly invocations: number;
  /** Memory times time of the invocations. */
  readonly gigabyteSeconds: number;
  readonly readUnits: number;
  readonly writeUnits: number;
  readonly busEntries: number;
  /** Sending, receiving and deleting messages. */
  readonly queueRequests: number;
  /** In the logs of functions and of the API. */
  readonly bytesLogged: number;
  /** Taken by Firehose, as it counts them. */
  readonly bytesArchived: number;
}

/** Messages that a consumer takes at a time under load; alone, each costs ten times its share. */
const BATCH = 10;

/** Messages to the queues of effects that an event brings about. Counted. */
const EFFECT_MESSAGES = 1.1;

/** Of a message that a function sends in a batch: sent, received, deleted. */
const REQUESTS_OF_BATCHED = 3 / BATCH;

/** Of a message that the bus sends by itself: sent, and received and deleted in a batch. */
const REQUESTS_OF_SENT = 1 + 2 / BATCH;

/** A line of the archive. Counted; those of a batch are one record, by 5 KB begun. */
export const LINE_BYTES = 780;
const RECORD_BYTES = 5_000;
const ARCHIVED_BYTES = (Math.ceil((BATCH * LINE_BYTES) / RECORD_BYTES) * RECORD_BYTES) / BATCH;

const MEGABYTES = 512 / 1024;

/**
 * Capacity units and messages are counted of the code that runs, on a store that reports them (`test/e2e/cost.test.ts`),
 * for shoppers of the demo catalog who look, fill a cart, and one in five buys. Times are those of the benchmarks, with
 * DynamoDB's own on top; lengths of log lines are those of the lines.
 */
export const USAGE: { readonly decision: Usage; readonly event: Usage } = {
  decision: {
    apiRequests: 1,
    invocations: 1,
    gigabyteSeconds: 0.015 * MEGABYTES,
    readUnits: 1,
    writeUnits: 1,
    busEntries: 0,
    queueRequests: 0,
    bytesLogged: 1000,
    bytesArchived: 0,
  },
  event: {
    apiRequests: 1,
    // The one that takes it; those of react, publish and the effects' consumers are shared by a batch.
    invocations: 1 + (2 + EFFECT_MESSAGES) / BATCH,
    gigabyteSeconds: (0.005 + 0.008 + (0.01 * (1 + EFFECT_MESSAGES)) / BATCH) * MEGABYTES,
    // The visitor, their orders and their tombstone, strongly consistent.
    readUnits: 3.1,
    writeUnits: 2.2,
    busEntries: 1,
    queueRequests: REQUESTS_OF_SENT + EFFECT_MESSAGES * REQUESTS_OF_BATCHED,
    bytesLogged: 700,
    bytesArchived: ARCHIVED_BYTES,
  },
};
