import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { DynamoDBStreamEvent, SQSEvent } from 'aws-lambda';
import type * as z from 'zod';
import { createCounterWriter } from '../../lib/adapters/dynamodb/counter-writer.ts';
import { createDeliveryLog } from '../../lib/adapters/dynamodb/delivery-log.ts';
import { createFollowerStore } from '../../lib/adapters/dynamodb/follower-store.ts';
import { createPoolStore } from '../../lib/adapters/dynamodb/pool-store.ts';
import { createRedemptionStore } from '../../lib/adapters/dynamodb/redemption-store.ts';
import { readChange } from '../../lib/adapters/dynamodb/stream-record.ts';
import { createSubjectStore } from '../../lib/adapters/dynamodb/subject-store.ts';
import { createTaskStore } from '../../lib/adapters/dynamodb/task-store.ts';
import { createTimelineWriter } from '../../lib/adapters/dynamodb/timeline-writer.ts';
import { createVisitorStore } from '../../lib/adapters/dynamodb/visitor-store.ts';
import { archiveRecordsSchema, NO_ARCHIVE } from '../../lib/contracts/archive.ts';
import { timerDueSchema } from '../../lib/contracts/bus.ts';
import { fanOutSchema, poolMessageSchema } from '../../lib/contracts/business.ts';
import {
  busEffectsSchema,
  counterEffectsSchema,
  followEffectsSchema,
  taskEffectsSchema,
  timelineEffectsSchema,
  timerEffectsSchema,
} from '../../lib/contracts/effects.ts';
import { orderMessageSchema } from '../../lib/contracts/orders.ts';
import type { QueueSender } from '../../lib/contracts/queue-sender.ts';
import type { QueueName } from '../../lib/contracts/queues.ts';
import type { TimerScheduler } from '../../lib/contracts/timer-scheduler.ts';
import type { FollowerStore, SubjectStore } from '../../lib/domain/business/business-store.ts';
import type { Deliverer, DeliveryLog } from '../../lib/domain/delivery/delivery.ts';
import type { PoolStore } from '../../lib/domain/pool/pool-store.ts';
import type { AddCounts } from '../../lib/domain/report/counters.ts';
import type { TaskStore } from '../../lib/domain/task/task-store.ts';
import type { EventBus } from '../../lib/domain/visitor/event-bus.ts';
import type { TimelineWriter } from '../../lib/domain/visitor/timeline.ts';
import type { VisitorStore } from '../../lib/domain/visitor/visitor-store.ts';
import type { Logger } from '../../lib/runtime/logger.ts';
import { createTimerArmer } from '../../lib/service/arm-timers.ts';
import { createFanOut } from '../../lib/service/business/fan-out.ts';
import { createPoolEffectsTaker, createPoolKeeper } from '../../lib/service/business/keep-pool.ts';
import {
  businessEntrySchema,
  createBusinessEntryTaker,
} from '../../lib/service/business/take-business-event.ts';
import { createFollowTaker } from '../../lib/service/business/take-follow.ts';
import type { Catalogs } from '../../lib/service/catalog-library.ts';
import { createQueueConsumer } from '../../lib/service/consume-events.ts';
import { consumersOf } from '../../lib/service/consume-queue.ts';
import { createMessageDeliverer } from '../../lib/service/deliver/deliver-message.ts';
import { createDeliveryTaker, deliveriesSchema } from '../../lib/service/deliver/take-deliveries.ts';
import { createPublisher } from '../../lib/service/publish-effects.ts';
import { createBusPublisher } from '../../lib/service/put-effects-on-bus.ts';
import { createReactor, type Reactor } from '../../lib/service/react.ts';
import type { LedgerDeps } from '../../lib/service/redeem/ledger.ts';
import { createSettler } from '../../lib/service/redeem/settle.ts';
import { createOrderTaker } from '../../lib/service/redeem/take-order.ts';
import { createMail } from '../../lib/service/send-mail.ts';
import { createTaskEffects } from '../../lib/service/tasks/apply-task-effect.ts';
import { TABLE_NAMES } from '../../local/store/tables.ts';
import type { Chance } from './chance.ts';
import type { House } from './house.ts';
import { asOfNow } from './look.ts';

/** What the functions are wired of. */
export interface Parts {
  readonly visitors: VisitorStore;
  readonly catalogs: () => Promise<Catalogs>;
  readonly queues: QueueSender;
  readonly bus: EventBus;
  readonly scheduler: TimerScheduler;
  readonly subjects: SubjectStore;
  readonly followers: FollowerStore;
  readonly pools: PoolStore;
  readonly tasks: TaskStore;
  readonly counters: AddCounts;
  /** One for each process: it gathers what is asked of it. */
  readonly timelineOf: () => TimelineWriter;
  readonly deliveries: DeliveryLog;
  readonly deliverer: Deliverer;
  readonly orders: LedgerDeps['store'];
  /** What becomes of the places of a batch that failed. */
  readonly failures: (failed: readonly number[], queue: string) => readonly number[];
  readonly decide: typeof asOfNow;
  readonly now: () => number;
  readonly pause: () => Promise<void>;
  readonly random: () => number;
}

/** Takes the bodies of a batch; answers the places of those that are to come again. */
export type Handler = (bodies: readonly string[]) => Promise<readonly number[]>;

export const quiet: Logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** The parts as `functions/events` takes them. */
export const partsOf = (house: House, client: DynamoDBClient, chance: Chance): Parts => {
  const log = TABLE_NAMES.log;
  const pauses = { pause: async (): Promise<void> => {}, random: () => chance.next() };
  return {
    ...pauses,
    now: () => house.now,
    visitors: createVisitorStore({ client, table: TABLE_NAMES.visitors }),
    catalogs: async () => ({ active: house.catalog, rollout: null }),
    queues: {
      send: (queue, messages, delaySeconds = 0) =>
        house.gate.pass({
          label: `send ${queue}`,
          run: async () => {
            const from = house.now + Math.ceil(Math.max(0, delaySeconds)) * 1000;
            for (const message of messages) house.send(queue, message, from);
          },
        }),
    },
    bus: {
      put: (entries) =>
        house.gate.pass({ label: 'put on the bus', run: async () => house.seen.put(entries) }),
    },
    scheduler: {
      arm: (timer, spread) => house.gate.pass({ label: 'arm', run: async () => house.arm(timer, spread) }),
    },
    subjects: createSubjectStore(client, log),
    followers: createFollowerStore(client, log),
    pools: createPoolStore(client, log),
    tasks: createTaskStore(client, log),
    counters: createCounterWriter(client, log, pauses),
    timelineOf: () => createTimelineWriter(client, log, pauses),
    deliveries: createDeliveryLog(client, log),
    orders: createRedemptionStore(client, log),
    deliverer: { deliver: (effect) => hand(house, effect, chance) },
    failures: (failed) => failed,
    decide: asOfNow,
  };
};

/** Whoever delivers messages says no now and then; a message without an answer may have arrived. */
const hand = async (
  house: House,
  effect: Parameters<Deliverer['deliver']>[0],
  chance: Chance,
): ReturnType<Deliverer['deliver']> => {
  const { task, faults } = house.gate;
  const isAway = faults.refuse > 0 && chance.happens(0.05);
  const unavailable = { outcome: 'unavailable', reason: 'status-503' } as const;
  try {
    return await house.gate.pass({
      label: 'deliver',
      run: async () => {
        if (isAway) return unavailable;
        house.seen.receive(effect, task, house.now);
        return { outcome: 'delivered' } as const;
      },
    });
  } catch {
    return unavailable;
  }
};

const reactorOf = (parts: Parts): Reactor => createReactor(parts);

const sqs =
  (
    queue: string,
    parts: Parts,
    handler: (event: SQSEvent) => Promise<{ batchItemFailures: { itemIdentifier: string }[] }>,
  ): Handler =>
  async (bodies) => {
    const answer = await handler({ Records: bodies.map((body, index) => sqsRecord(String(index), body)) });
    return parts.failures(
      answer.batchItemFailures.map(({ itemIdentifier }) => Number(itemIdentifier)),
      queue,
    );
  };

const consumer = <Message>(
  queue: string,
  schema: z.ZodType<Message>,
  handle: (parts: Parts) => (message: Message) => Promise<void>,
  sequenceOf?: (message: Message) => string,
) => {
  // Once for all lives: processes die by the dozen, and their successors' schemas are the same.
  const consume = consumersOf(schema);
  return (parts: Parts): Handler =>
    sqs(
      queue,
      parts,
      consume({
        handle: handle(parts),
        logger: quiet,
        ...(sequenceOf === undefined ? {} : { sequenceOf }),
      }),
    );
};

const ofStream = (parts: Parts): Handler => {
  const publisher = createPublisher({ read: readChange, queues: parts.queues, logger: quiet });
  return async (bodies) => {
    const Records = bodies.map((body, index) => ({
      eventName: 'MODIFY' as const,
      dynamodb: { SequenceNumber: String(index), NewImage: JSON.parse(body) },
    }));
    const event: DynamoDBStreamEvent = { Records };
    const { batchItemFailures } = await publisher(event);
    const from = Number(batchItemFailures[0]?.itemIdentifier ?? Number.POSITIVE_INFINITY);
    return parts.failures(
      bodies.flatMap((_, index) => (index >= from ? [index] : [])),
      'stream',
    );
  };
};

/** Who takes from each queue, as each function's file wires it. */
export const handlersOf: { readonly [Queue in QueueName | 'stream']: (parts: Parts) => Handler } = {
  stream: ofStream,
  'events-received': (parts) =>
    sqs('events-received', parts, createQueueConsumer(reactorOf(parts).mail, quiet)),
  'timers-due': consumer(
    'timers-due',
    timerDueSchema,
    (parts) => reactorOf(parts).timer,
    ({ visitorId }) => visitorId,
  ),
  'business-events': consumer('business-events', businessEntrySchema, (parts) =>
    createBusinessEntryTaker(parts, quiet),
  ),
  'fan-out': consumer('fan-out', fanOutSchema, createFanOut),
  'timer-effects': consumer('timer-effects', timerEffectsSchema, createTimerArmer),
  'timeline-effects': consumer('timeline-effects', timelineEffectsSchema, ({ timelineOf }) => {
    const timeline = timelineOf();
    return ({ visitorId, at, effects }) => timeline.put(visitorId, effects, at);
  }),
  'follow-effects': consumer('follow-effects', followEffectsSchema, createFollowTaker),
  'pool-effects': consumer('pool-effects', poolMessageSchema, (parts) =>
    createPoolEffectsTaker(createPoolKeeper(parts)),
  ),
  'bus-effects': consumer('bus-effects', busEffectsSchema, ({ bus }) => createBusPublisher(bus, quiet)),
  'counter-effects': consumer(
    'counter-effects',
    counterEffectsSchema,
    ({ counters }) => counters,
    () => 'all',
  ),
  // Nobody holds anything here: orders that visitors complete are looked for, and not found.
  'order-effects': consumer('order-effects', orderMessageSchema, (parts) => {
    const { queues, now } = parts;
    const readVisitors = parts.visitors.read;
    const settle = createSettler({ ...parts, store: parts.orders, readVisitors, mail: createMail(queues) });
    return createOrderTaker({ settle, readVisitors, queues, now, logger: quiet });
  }),
  // Nothing is archived here.
  'archive-records': consumer(
    'archive-records',
    archiveRecordsSchema,
    () =>
      ({ lines }) =>
        NO_ARCHIVE.put(lines),
  ),
  'task-effects': consumer('task-effects', taskEffectsSchema, ({ tasks }) => createTaskEffects(tasks)),
  'delivery-effects': consumer('delivery-effects', deliveriesSchema, (parts) =>
    createDeliveryTaker({
      ...parts,
      deliver: createMessageDeliverer({
        log: parts.deliveries,
        email: null,
        webhook: parts.deliverer,
        mail: createMail(parts.queues),
        now: parts.now,
        logger: quiet,
      }),
    }),
  ),
};

const sqsRecord = (messageId: string, body: string) => ({
  messageId,
  body,
  receiptHandle: '',
  attributes: {
    ApproximateReceiveCount: '1',
    SentTimestamp: '0',
    SenderId: '',
    ApproximateFirstReceiveTimestamp: '0',
  },
  messageAttributes: {},
  md5OfBody: '',
  eventSource: 'aws:sqs',
  eventSourceARN: '',
  awsRegion: '',
});
