import type { EffectKind } from '../domain/effect/effect.ts';

/** A function that a queue, a stream or a schedule starts: one file, `functions/events/<name>.ts`, exporting `handler`. */
export type EventFunction =
  | 'on-events-received'
  | 'on-visitors-changed'
  | 'on-timers-due'
  | 'on-sweep-due'
  | 'on-business-events'
  | 'on-fan-out'
  | 'on-bus-effects'
  | 'on-timer-effects'
  | 'on-timeline-effects'
  | 'on-counter-effects'
  | 'on-delivery-effects'
  | 'on-follow-effects'
  | 'on-pool-effects'
  | 'on-task-effects'
  | 'on-order-effects'
  | 'on-archive-records';

/** The queues of the service, and who takes from each. The stack and the local service make exactly these. */
export const QUEUES = {
  /** Mail of visitors: from the bus (`Events Received`), from fan-out, from pools and tasks. */
  'events-received': 'on-events-received',
  /** Timers that fired. */
  'timers-due': 'on-timers-due',
  /** CloudEvents, from the bus. */
  'business-events': 'on-business-events',
  /** Pages of followers to be told of one. */
  'fan-out': 'on-fan-out',
  'bus-effects': 'on-bus-effects',
  'timer-effects': 'on-timer-effects',
  'timeline-effects': 'on-timeline-effects',
  'counter-effects': 'on-counter-effects',
  'delivery-effects': 'on-delivery-effects',
  'follow-effects': 'on-follow-effects',
  'pool-effects': 'on-pool-effects',
  'task-effects': 'on-task-effects',
  /** Orders that were completed, and holds that may be over. */
  'order-effects': 'on-order-effects',
  /** Lines that the archive did not take at once. */
  'archive-records': 'on-archive-records',
} as const satisfies { readonly [queue: string]: EventFunction };

export type QueueName = keyof typeof QUEUES;

/** Where publish hands each kind of effect: a throttled target stalls nobody else's. */
export const QUEUE_OF_EFFECT: { readonly [Kind in EffectKind]: QueueName } = {
  bus: 'bus-effects',
  timer: 'timer-effects',
  timeline: 'timeline-effects',
  count: 'counter-effects',
  delivery: 'delivery-effects',
  follow: 'follow-effects',
  pool: 'pool-effects',
  task: 'task-effects',
  order: 'order-effects',
};

/**
 * A queue that a function puts messages into. `publish-failed` has no consumer: what publish can't route waits there
 * for a person.
 */
export type SentQueue = QueueName | 'publish-failed';

/** The environment variable that holds a queue's URL: `WEND_QUEUE_TIMERS_DUE`. */
export const queueVariable = (queue: SentQueue): string =>
  `WEND_QUEUE_${queue.toUpperCase().replaceAll('-', '_')}`;
