/**
 * The two DynamoDB tables, as CDK and the local service create them. Both have string keys `pk` and `sk`, pay per
 * request, and expire items by `ttl` (seconds since 1970; garbage collection, never logic). What is in them is
 * described in `docs/data-model.md`.
 */
export const TABLES = {
  /** What visitors are: state, orders, marks, accounts. Its stream feeds publish. */
  visitors: { partitionKey: 'pk', sortKey: 'sk', timeToLive: 'ttl', stream: 'NEW_IMAGE' },
  /** What happened: decision records; and the control plane: catalog versions, pointer, keys. */
  log: { partitionKey: 'pk', sortKey: 'sk', timeToLive: 'ttl', stream: null },
} as const;
