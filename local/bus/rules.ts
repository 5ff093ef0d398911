import { BUS_SOURCE, EVENTS_RECEIVED } from '../../lib/contracts/bus.ts';

/** The queues of the local service. */
export type QueueName = 'events-received';

/** Sends every event of this source and detail-type to a queue. */
export interface Rule {
  readonly source: string;
  readonly detailType: string;
  readonly queue: QueueName;
}

/** The rules of the bus, as the deployed stack has them. */
const RULES: readonly Rule[] = [
  { source: BUS_SOURCE, detailType: EVENTS_RECEIVED, queue: 'events-received' },
];

/** The queues that an event goes to. */
export const queuesFor = (source: string, detailType: string): readonly QueueName[] =>
  RULES.filter((rule) => rule.source === source && rule.detailType === detailType).map((rule) => rule.queue);
