/**
 * The two DynamoDB tables, as CDK and the local service create them. Both have string keys `pk` and `sk`, pay per
 * request, and expire items by `ttl` (seconds since 1970; garbage collection, never logic). What is in them is
 * described in `docs/data-model.md`.
 */
export const TABLES = {
  /** What visitors are: state, orders, marks, accounts. Its stream feeds publish. */
  visitors: {
    partitionKey: 'pk',
    sortKey: 'sk',
    timeToLive: 'ttl',
    stream: 'NEW_IMAGE',
    /**
     * Sparse: visitors of whom something is due, by the hour (and shard) in which it is, then by the time (16 digits).
     * Both are strings. Keys only.
     */
    dueIndex: { name: 'due', partitionKey: 'dueHour', sortKey: 'dueAt' },
  },
  /** What happened: decision records, timeline; followers, pools, tasks; and the control plane. */
  log: { partitionKey: 'pk', sortKey: 'sk', timeToLive: 'ttl', stream: null, dueIndex: null },
} as const;
