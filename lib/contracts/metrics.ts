/** Under which name CloudWatch keeps the figures of functions. */
export const METRIC_NAMESPACE = 'Wend';

/** What sets figures of environments apart. */
export const METRIC_DIMENSION = 'environment';

/**
 * The figures that functions report, each with CloudWatch's unit. Those counted are summed up over an invocation, of the
 * others each value is reported. The dashboard and the alarms name them from here.
 */
export const METRICS = {
  /** A whole decision: from a valid request to its answer. What the phases leave over is rules, prices and templates. */
  DecideMilliseconds: 'Milliseconds',
  /** Of a decision: the one read of the store, or each of two. */
  DecideReadMilliseconds: 'Milliseconds',
  /** Of a decision: getting hold of the catalog, next to nothing but where a version is new to the instance. */
  DecideCatalogMilliseconds: 'Milliseconds',
  /** Of a decision: making durable the events that came along, and what was drawn. */
  DecideIngestMilliseconds: 'Milliseconds',
  /** Of a decision: writing its record. */
  DecideRecordMilliseconds: 'Milliseconds',
  /** The version that decisions were made by. */
  CatalogVersion: 'None',
  /** Decisions of which something could not be read or written. */
  DecisionsDegraded: 'Count',
  /** Events of visitors, and of the shop's own systems, that were made durable. */
  EventsAccepted: 'Count',
  /** Events that were refused. */
  EventsRejected: 'Count',
  /** Events that changed a visitor. */
  EventsApplied: 'Count',
  /** Events that a visitor knew already. */
  EventsRepeated: 'Count',
  /** How long the oldest event of a commit had waited since it was received. */
  OldestEventMilliseconds: 'Milliseconds',
  /** What commits wanted of the world. */
  EffectsPublished: 'Count',
  /** Offers held for orders. */
  HoldsTaken: 'Count',
  /** Orders that were refused since others took the last of an offer. */
  CapsHit: 'Count',
  /** Journeys that brought themselves about without end, and were stopped. */
  JourneysStopped: 'Count',
  /** Visitors whose timer was lost, or late. */
  VisitorsOverdue: 'Count',
} as const satisfies { readonly [name: string]: 'Count' | 'Milliseconds' | 'None' };

export type MetricName = keyof typeof METRICS;
