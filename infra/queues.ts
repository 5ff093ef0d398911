import type { EventPattern } from 'aws-cdk-lib/aws-events';
import { BUS_SOURCE, CLOUD_EVENT_PATTERN, EVENTS_RECEIVED } from '../lib/contracts/bus.ts';
import { QUEUES, type QueueName } from '../lib/contracts/queues.ts';
import type { WendConfig } from './config.ts';

/** What the stack has to know of a queue besides who takes from it (`QUEUES` says that). */
export interface QueueDefinition {
  /** One sentence: what a customer notices while messages wait in it. */
  readonly impact: string;
  /** Which figure of the configuration bounds the copies of its consumer. */
  readonly concurrency: keyof WendConfig['concurrency'];
  /** What the bus puts into it; absent: only functions and the scheduler do. */
  readonly fromBus?: {
    /** One sentence: what a customer notices while the bus can't deliver. */
    readonly impact: string;
    readonly pattern: EventPattern;
  };
}

/** Every queue of the service, as it is deployed. */
export const QUEUE_DEFINITIONS: Readonly<Record<QueueName, QueueDefinition>> = {
  'events-received': {
    impact: 'What visitors did is kept and not yet acted on: journeys and carts stand still until it is.',
    concurrency: 'react',
    fromBus: {
      impact: 'What visitors did stays on the bus: neither carts nor journeys know of it.',
      pattern: { source: [BUS_SOURCE], detailType: [EVENTS_RECEIVED] },
    },
  },
  'timers-due': {
    impact: 'Journeys that wait for a time go on late: the reminder of a left cart comes an hour after it.',
    concurrency: 'react',
  },
  'business-events': {
    impact: 'Travellers are not told of the late flight, nor customers of the parcel that is stuck.',
    concurrency: 'effects',
    fromBus: {
      impact:
        'What the shop’s own systems report of flights and parcels stays on the bus, and reaches nobody.',
      pattern: CLOUD_EVENT_PATTERN,
    },
  },
  'fan-out': {
    impact: 'Of those who follow a flight or a parcel some know of its delay, and the others not yet.',
    concurrency: 'effects',
  },
  'bus-effects': {
    impact: 'The shop’s own systems do not hear what was decided: no message request, no problem opened.',
    concurrency: 'effects',
  },
  'timer-effects': {
    impact:
      'Waits are armed late: a journey’s next step comes with the sweep, up to some minutes after its time.',
    concurrency: 'effects',
  },
  'timeline-effects': {
    impact: 'An agent sees a customer’s story without its last lines, and asks what they just told.',
    concurrency: 'effects',
  },
  'counter-effects': {
    impact: 'Reports lag behind: a journey that does harm is seen later than it should be.',
    concurrency: 'counters',
  },
  'delivery-effects': {
    impact: 'E-mails and webhooks wait: customers read of a delay after they stood at the gate.',
    concurrency: 'effects',
  },
  'follow-effects': {
    impact: 'Who just booked does not follow the flight yet, and would hear of its delay late.',
    concurrency: 'effects',
  },
  'pool-effects': {
    impact: 'Scarce seats and vouchers are offered to nobody, though there are people who wait for them.',
    concurrency: 'effects',
  },
  'order-effects': {
    impact: 'Coupons that nobody paid for are not free again, and paid orders do not count as such yet.',
    concurrency: 'effects',
  },
  'task-effects': {
    impact: 'Work that only a person can do does not reach the agents, and the customer waits for an answer.',
    concurrency: 'effects',
  },
  'archive-records': {
    impact: 'Nothing today: what customers did lately is not in the archive that a disaster is mended from.',
    concurrency: 'effects',
  },
};

const isQueueName = (name: string): name is QueueName => Object.hasOwn(QUEUES, name);

/** Names of all queues, in the order of the contract. */
export const QUEUE_NAMES: readonly QueueName[] = Object.keys(QUEUES).filter(isQueueName);

/** A queue in which something waits for a person. */
export interface LaidAsideDefinition {
  /** What it is called, after the environment. */
  readonly name: string;
  /** One sentence: what a customer notices of what lies in it. */
  readonly impact: string;
  /** Heading in the runbook that says what to do. */
  readonly heading: string;
}

const FAILED: Readonly<Record<QueueName, string>> = {
  'events-received': 'Something that customers did has not happened: a cart, an order, a log-in, a seat.',
  'timers-due': 'A reminder or the end of a wait did not come at its time, and comes with the sweep.',
  'business-events': 'A delay or a cancellation was reported, and customers were not told of it.',
  'fan-out': 'Of those on the late flight some know of it, and the others do not.',
  'bus-effects': 'What the shop’s own systems do on messages and problems did not happen.',
  'timer-effects': 'Nothing yet: a wait has no timer, and ends some minutes late with the sweep.',
  'timeline-effects': 'Nothing until they call: the agent’s story of them has a gap.',
  'counter-effects': 'Nothing: reports count too few people, and lifts that rest on them are wrong.',
  'delivery-effects': 'E-mails or messages to the webhook did not leave, and customers were not told.',
  'follow-effects': 'Who booked in that time is told nothing of their flight.',
  'pool-effects': 'Seats or vouchers lie there while people wait for them.',
  'order-effects': 'Coupons that nobody paid for are not free again, or paid orders show as held.',
  'task-effects': 'Customers were promised that somebody looks at it, and nobody knows of it.',
  'archive-records': 'Nothing today: what some customers did would be lost for good with a broken table.',
};

/** Every end of an asynchronous edge. */
export const LAID_ASIDE: readonly LaidAsideDefinition[] = [
  ...QUEUE_NAMES.map((name) => ({
    name: `${name}-failed`,
    impact: FAILED[name],
    heading: `Failed: \`${name}\``,
  })),
  ...QUEUE_NAMES.flatMap((name) => {
    const { fromBus } = QUEUE_DEFINITIONS[name];
    return fromBus === undefined
      ? []
      : [{ name: `${name}-undelivered`, impact: fromBus.impact, heading: `Undelivered: \`${name}\`` }];
  }),
  {
    name: 'publish-failed',
    impact: 'Journeys decided something, and nothing of it followed: no message, no timer, no task.',
    heading: 'Failed: publish',
  },
  {
    name: 'publish-abandoned',
    impact: 'Nothing follows of what journeys decided, and in a day it can’t be made up for: urgent.',
    heading: 'Abandoned: publish',
  },
  {
    name: 'sweep-failed',
    impact: 'Nothing as long as timers fire; whoever’s timer was lost waits for their next event.',
    heading: 'Failed: sweep',
  },
];
