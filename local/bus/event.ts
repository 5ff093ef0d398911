import type { QueueName } from '../../lib/contracts/queues.ts';

/** An event as EventBridge delivers it to a target. `time` has whole seconds, as there. */
export interface BusEvent {
  readonly version: '0';
  readonly id: string;
  readonly 'detail-type': string;
  readonly source: string;
  readonly account: string;
  readonly time: string;
  readonly region: string;
  readonly resources: readonly string[];
  readonly detail: unknown;
}

/** The account and Region that the local service pretends to run in. */
export const LOCAL_ACCOUNT = '000000000000';
export const LOCAL_REGION = 'us-east-1';

/** An entry that PutEvents has accepted. */
export interface AcceptedEvent {
  readonly id: string;
  readonly source: string;
  readonly detailType: string;
  /** Milliseconds since 1970 by the service's clock, unless the entry named its time. */
  readonly time: number;
  readonly resources: readonly string[];
  /** JSON text of the detail, as sent. */
  readonly detail: string;
  /** Whom the entry is about, for keeping the order of each visitor's; '' where it doesn't say. */
  readonly lane: string;
  /** Of the rules that it matches. */
  readonly queues: readonly QueueName[];
}

/** The event as JSON text, the detail being passed on as it came. */
export const bodyOf = (event: AcceptedEvent): string => {
  const envelope = JSON.stringify({
    version: '0',
    id: event.id,
    'detail-type': event.detailType,
    source: event.source,
    account: LOCAL_ACCOUNT,
    time: `${new Date(event.time).toISOString().slice(0, 19)}Z`,
    region: LOCAL_REGION,
    resources: event.resources,
  });
  return `${envelope.slice(0, -1)},"detail":${event.detail}}`;
};
