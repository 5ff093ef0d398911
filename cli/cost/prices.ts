/**
 * What AWS asks, dollars, in us-east-1. From secondary sources (articles and calculators that quote the price lists, not
 * the lists themselves), so look them up before you sign anything.
 */
export const PRICES = {
  asOf: '2026-11',
  region: 'us-east-1',
  perMillion: {
    apiRequests: 1.0,
    invocations: 0.2,
    readUnits: 0.125,
    writeUnits: 0.625,
    busEntries: 1.0,
    queueRequests: 0.4,
  },
  /** Lambda on arm64. */
  gigabyteSecond: 0.000_013_333_4,
  /** CloudWatch Logs, taken in. */
  gigabyteLogged: 0.5,
  /** Firehose, put directly; each record counts by 5 KB begun. */
  gigabyteArchived: 0.029,
} as const;
