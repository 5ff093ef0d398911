import { BUS_SOURCE, CLOUD_EVENT_PATTERN, EVENTS_RECEIVED } from '../../lib/contracts/bus.ts';
import type { QueueName } from '../../lib/contracts/queues.ts';
import { isJsonObject } from '../../lib/domain/json.ts';

/** An event pattern as far as the rules of the service go: at each path one of these values. */
export interface EventPattern {
  readonly [field: string]: readonly string[] | EventPattern;
}

/** Sends every event that the pattern matches to a queue. */
interface Rule {
  readonly pattern: EventPattern;
  readonly queue: QueueName;
}

/** The rules of the bus, as the deployed stack has them. */
const RULES: readonly Rule[] = [
  { pattern: { source: [BUS_SOURCE], 'detail-type': [EVENTS_RECEIVED] }, queue: 'events-received' },
  { pattern: CLOUD_EVENT_PATTERN, queue: 'business-events' },
];

const isValues = (wanted: readonly string[] | EventPattern): wanted is readonly string[] =>
  Array.isArray(wanted);

/** Whether a field has one of the values; of a field that is a list, one of its elements, as EventBridge does it. */
const hasValue = (field: unknown, wanted: readonly string[]): boolean =>
  (Array.isArray(field) ? field : [field]).some((value) => wanted.some((one) => one === value));

/** Whether an event has, at each path of the pattern, one of the values there. */
const matches = (event: unknown, pattern: EventPattern): boolean =>
  isJsonObject(event) &&
  Object.entries(pattern).every(([field, wanted]) =>
    isValues(wanted) ? hasValue(event[field], wanted) : matches(event[field], wanted),
  );

/** The queues that an event goes to. */
export const queuesFor = (event: {
  readonly source: string;
  readonly 'detail-type': string;
  readonly detail: unknown;
}): readonly QueueName[] => RULES.filter((rule) => matches(event, rule.pattern)).map((rule) => rule.queue);
