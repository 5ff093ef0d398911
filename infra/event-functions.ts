import { type EventFunction, QUEUE_OF_EFFECT } from '../lib/contracts/queues.ts';
import {
  type FunctionDefinition,
  keepLedger,
  keepTasks,
  READ,
  readControl,
  readLedger,
  type TableAccess,
  VISITOR_KEYS,
} from './function-definition.ts';

/** The latest business event of each subject, its followers, and how many events reached nobody or could not be read. */
const SUBJECT_KEYS = ['subject#*'] as const;
const FOLLOWER_KEYS = ['follow#*'] as const;
const BUSINESS_COUNTERS = ['counter#business/*'] as const;
const INVALID_COUNTER = 'counter#business/invalid';

/** What visitors' commits count: `journeys/<id>/entered` lies in `counter#journeys/<id>`. */
const COUNTER_KEYS = ['counter#*'] as const;

/** What a commit of a visitor does to the visitors table. */
const commitVisitors: TableAccess = {
  actions: [...READ, 'dynamodb:PutItem', 'dynamodb:DeleteItem', 'dynamodb:BatchWriteItem'],
};

/** The functions that a queue, the stream or a schedule starts. */
export const EVENT_FUNCTIONS: Readonly<Record<EventFunction, FunctionDefinition>> = {
  'on-events-received': {
    source: 'functions/events/on-events-received.ts',
    impact: 'Decisions lag behind what visitors did: a cart, an order or a solved problem shows late.',
    memory: 512,
    timeout: 30,
    visitors: [commitVisitors],
    log: [readControl],
    publishes: false,
    // What the archive does not take at once.
    sends: ['archive-records'],
    verifiesIdentity: false,
    needs: ['archive'],
  },
  'on-visitors-changed': {
    source: 'functions/events/on-visitors-changed.ts',
    impact: 'Journeys decide and nothing follows: no message leaves, no wait is armed, no agent gets a task.',
    memory: 512,
    timeout: 30,
    visitors: [],
    log: [],
    publishes: false,
    sends: Object.values(QUEUE_OF_EFFECT),
    verifiesIdentity: false,
  },
  'on-timers-due': {
    source: 'functions/events/on-timers-due.ts',
    impact: 'Journeys stay where they wait: nobody is reminded of the cart that they left.',
    memory: 512,
    timeout: 30,
    visitors: [commitVisitors],
    log: [readControl],
    publishes: false,
    sends: [],
    verifiesIdentity: false,
  },
  'on-sweep-due': {
    source: 'functions/events/on-sweep-due.ts',
    impact: 'A wait whose timer was lost lasts until the visitor’s next event.',
    memory: 512,
    // Once a day it looks at two weeks: at each of their hours, in each of its shards.
    timeout: 120,
    visitors: [{ actions: ['dynamodb:Query'], index: 'due' }],
    log: [{ actions: ['dynamodb:Query'], partitionKeys: ['open-orders#*'] }],
    publishes: false,
    sends: ['timers-due', 'order-effects'],
    verifiesIdentity: false,
  },
  'on-business-events': {
    source: 'functions/events/on-business-events.ts',
    impact: 'Nobody is told that their flight is late or that their parcel is stuck.',
    memory: 512,
    timeout: 30,
    visitors: [],
    log: [
      { actions: ['dynamodb:GetItem', 'dynamodb:PutItem'], partitionKeys: SUBJECT_KEYS },
      { actions: ['dynamodb:UpdateItem'], partitionKeys: [INVALID_COUNTER] },
    ],
    publishes: false,
    sends: ['fan-out', 'events-received'],
    verifiesIdentity: false,
  },
  'on-fan-out': {
    source: 'functions/events/on-fan-out.ts',
    impact: 'Of those who follow a flight some are told of its delay, and the others are not.',
    memory: 512,
    timeout: 30,
    visitors: [],
    log: [
      { actions: ['dynamodb:GetItem'], partitionKeys: SUBJECT_KEYS },
      { actions: ['dynamodb:Query'], partitionKeys: FOLLOWER_KEYS },
      { actions: ['dynamodb:UpdateItem'], partitionKeys: [...SUBJECT_KEYS, ...BUSINESS_COUNTERS] },
    ],
    publishes: false,
    sends: ['fan-out', 'events-received'],
    verifiesIdentity: false,
  },
  'on-bus-effects': {
    source: 'functions/events/on-bus-effects.ts',
    impact: 'The shop’s own systems do not hear what was decided: no message request, no opened problem.',
    memory: 256,
    timeout: 30,
    visitors: [],
    log: [],
    publishes: true,
    sends: [],
    verifiesIdentity: false,
  },
  'on-timer-effects': {
    source: 'functions/events/on-timer-effects.ts',
    impact: 'Journeys that begin to wait go on only with the sweep or with the visitor’s next event.',
    memory: 256,
    timeout: 30,
    visitors: [],
    log: [],
    publishes: false,
    sends: ['timers-due'],
    verifiesIdentity: false,
    needs: ['schedules'],
  },
  'on-timeline-effects': {
    source: 'functions/events/on-timeline-effects.ts',
    impact: 'An agent sees a customer’s story without its last lines, and asks what they just told.',
    memory: 256,
    timeout: 30,
    visitors: [],
    log: [{ actions: ['dynamodb:BatchWriteItem'], partitionKeys: VISITOR_KEYS }],
    publishes: false,
    sends: [],
    verifiesIdentity: false,
  },
  'on-counter-effects': {
    source: 'functions/events/on-counter-effects.ts',
    impact: 'Reports lag behind, and a journey that harms customers runs on unnoticed.',
    memory: 256,
    timeout: 30,
    visitors: [],
    // A mark under the visitor says that their commit was counted.
    log: [
      { actions: ['dynamodb:PutItem'], partitionKeys: VISITOR_KEYS },
      { actions: ['dynamodb:UpdateItem'], partitionKeys: COUNTER_KEYS },
    ],
    publishes: false,
    sends: [],
    verifiesIdentity: false,
  },
  'on-delivery-effects': {
    source: 'functions/events/on-delivery-effects.ts',
    impact: 'E-mails and webhooks do not leave: customers hear nothing of what was decided for them.',
    memory: 256,
    timeout: 30,
    visitors: [],
    // Claims the message before it sends it, under the visitor's key.
    log: [{ actions: ['dynamodb:UpdateItem'], partitionKeys: VISITOR_KEYS }],
    publishes: false,
    // What became of it is mail for the visitor; what could not be sent now is put back with a delay.
    sends: ['events-received', 'delivery-effects'],
    verifiesIdentity: false,
    needs: ['deliveries'],
  },
  'on-follow-effects': {
    source: 'functions/events/on-follow-effects.ts',
    impact: 'Who books now does not follow the flight, and misses what is reported of it.',
    memory: 256,
    timeout: 30,
    visitors: [],
    log: [
      { actions: ['dynamodb:GetItem'], partitionKeys: VISITOR_KEYS },
      { actions: ['dynamodb:PutItem'], partitionKeys: [...VISITOR_KEYS, ...FOLLOWER_KEYS] },
      { actions: ['dynamodb:DeleteItem'], partitionKeys: FOLLOWER_KEYS },
      { actions: ['dynamodb:Query'], partitionKeys: SUBJECT_KEYS },
    ],
    publishes: false,
    sends: ['events-received'],
    verifiesIdentity: false,
  },
  'on-pool-effects': {
    source: 'functions/events/on-pool-effects.ts',
    impact: 'Scarce seats and vouchers are offered to nobody, though people wait for them.',
    memory: 256,
    timeout: 30,
    visitors: [],
    log: [{ actions: ['dynamodb:GetItem', 'dynamodb:PutItem'], partitionKeys: ['pool#*'] }],
    publishes: false,
    sends: ['events-received', 'pool-effects'],
    verifiesIdentity: false,
  },
  'on-task-effects': {
    source: 'functions/events/on-task-effects.ts',
    impact: 'Work that only a person can do reaches no agent, and the customer waits for an answer.',
    memory: 256,
    timeout: 30,
    visitors: [],
    log: [keepTasks],
    publishes: false,
    sends: [],
    verifiesIdentity: false,
  },
  'on-order-effects': {
    source: 'functions/events/on-order-effects.ts',
    impact: 'Coupons of carts that were left stay taken, and orders that are paid look as if they were not.',
    memory: 256,
    timeout: 30,
    visitors: [{ actions: READ }],
    log: [keepLedger, readLedger],
    publishes: false,
    sends: ['events-received', 'order-effects'],
    verifiesIdentity: false,
  },
  'on-archive-records': {
    source: 'functions/events/on-archive-records.ts',
    impact: 'Nothing today: what customers did while this fails could not be brought back after a disaster.',
    memory: 256,
    timeout: 30,
    visitors: [],
    log: [],
    publishes: false,
    sends: [],
    verifiesIdentity: false,
    needs: ['archive'],
  },
};
