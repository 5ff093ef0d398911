import { PRICES } from './prices.ts';
import { USAGE, type Usage } from './usage.ts';

/** How much there is of what. */
export interface Traffic {
  readonly decisions: number;
  /** Of visitors, each taken and applied. */
  readonly events: number;
  /** Events that come in one request; those that come along with a decision need none. */
  readonly eventsPerRequest: number;
}

/** What a service of AWS asks for, dollars. */
export interface CostLine {
  readonly service: string;
  readonly decisions: number;
  readonly events: number;
}

/** What each service asks for one of something, dollars. */
const pricesOf = (usage: Usage): Readonly<Record<string, number>> => {
  const { perMillion, gigabyteSecond, gigabyteLogged, gigabyteArchived } = PRICES;
  const million = (quantity: number, price: number): number => (quantity * price) / 1e6;
  return {
    'API Gateway': million(usage.apiRequests, perMillion.apiRequests),
    Lambda: million(usage.invocations, perMillion.invocations) + usage.gigabyteSeconds * gigabyteSecond,
    DynamoDB:
      million(usage.readUnits, perMillion.readUnits) + million(usage.writeUnits, perMillion.writeUnits),
    EventBridge: million(usage.busEntries, perMillion.busEntries),
    SQS: million(usage.queueRequests, perMillion.queueRequests),
    'CloudWatch Logs': (usage.bytesLogged / 1e9) * gigabyteLogged,
    Firehose: (usage.bytesArchived / 1e9) * gigabyteArchived,
  };
};

/** A request with several events of one visitor is one entry of the bus, one message, one commit. */
const inRequestsOf = (usage: Usage, events: number): Usage => ({
  apiRequests: usage.apiRequests / events,
  invocations: usage.invocations / events,
  gigabyteSeconds: usage.gigabyteSeconds / events,
  readUnits: usage.readUnits / events,
  writeUnits: usage.writeUnits / events,
  busEntries: usage.busEntries / events,
  queueRequests: usage.queueRequests / events,
  bytesLogged: usage.bytesLogged / events,
  // Each event has a line of its own.
  bytesArchived: usage.bytesArchived,
});

/** What the traffic of a month costs by service: requests, units and logs; not what lies in the store, nor what leaves AWS. */
export const costOf = ({ decisions, events, eventsPerRequest }: Traffic): readonly CostLine[] => {
  const decision = pricesOf(USAGE.decision);
  const event = pricesOf(inRequestsOf(USAGE.event, eventsPerRequest));
  return Object.keys(decision).map((service) => ({
    service,
    decisions: (decision[service] ?? 0) * decisions,
    events: (event[service] ?? 0) * events,
  }));
};
