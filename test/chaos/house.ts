import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { DynamoDBStreamEvent, SQSEvent } from 'aws-lambda';
import { createFollowerStore } from '../../lib/adapters/dynamodb/follower-store.ts';
import { createPoolStore } from '../../lib/adapters/dynamodb/pool-store.ts';
import { readChange } from '../../lib/adapters/dynamodb/stream-record.ts';
import { createSubjectStore } from '../../lib/adapters/dynamodb/subject-store.ts';
import { createTimelineWriter } from '../../lib/adapters/dynamodb/timeline-writer.ts';
import { createVisitorStore } from '../../lib/adapters/dynamodb/visitor-store.ts';
import { type TimerDue, timerDueSchema } from '../../lib/contracts/bus.ts';
import { fanOutSchema, poolMessageSchema } from '../../lib/contracts/business.ts';
import {
  followEffectsSchema,
  timelineEffectsSchema,
  timerEffectsSchema,
} from '../../lib/contracts/effects.ts';
import type { QueueSender } from '../../lib/contracts/queue-sender.ts';
import type { QueueName, SentQueue } from '../../lib/contracts/queues.ts';
import type { CompiledCatalog } from '../../lib/domain/catalog/compiled.ts';
import type { DeliveryEffect } from '../../lib/domain/effect/effect.ts';
import type { BusEntry, EventBus } from '../../lib/domain/visitor/event-bus.ts';
import type { Logger } from '../../lib/runtime/logger.ts';
import { createTimerArmer } from '../../lib/service/arm-timers.ts';
import { createFanOut } from '../../lib/service/business/fan-out.ts';
import { createPoolEffectsTaker, createPoolKeeper } from '../../lib/service/business/keep-pool.ts';
import {
  businessEntrySchema,
  createBusinessEntryTaker,
} from '../../lib/service/business/take-business-event.ts';
import { createFollowTaker } from '../../lib/service/business/take-follow.ts';
import { createQueueConsumer } from '../../lib/service/consume-events.ts';
import { createConsumer } from '../../lib/service/consume-queue.ts';
import { createPublisher } from '../../lib/service/publish-effects.ts';
import { createReactor } from '../../lib/service/react.ts';
import { TABLE_NAMES } from '../../local/store/tables.ts';
import type { Chance } from './chance.ts';
import { Gate } from './gate.ts';

/** A message that waits in a queue. */
interface Waiting {
  readonly queue: QueueName | 'stream';
  readonly body: string;
  /** Not before this moment, milliseconds since 1970. */
  readonly from: number;
  /** Place in the order of arrival; of the stream, the order that must be kept. */
  readonly order: number;
}

/** What the house was seen to do. */
export interface Seen {
  readonly deliveries: { readonly version: number; readonly effect: DeliveryEffect }[];
  readonly bus: BusEntry[];
  /** Every state that was committed, with what it asked for. */
  readonly commits: { readonly visitorId: string; readonly at: number }[];
  readonly errors: string[];
}

const quiet: Logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** Messages of one batch at most, as Lambda hands them over. */
const BATCH = 5;

/**
 * The house of functions, wired as `functions/events` wires them, over a real store; bus, queues and scheduler are
 * lists here, and each of the functions' operations on any of them passes the gate.
 */
export class House {
  now: number;
  readonly gate: Gate;
  readonly seen: Seen = { deliveries: [], bus: [], commits: [], errors: [] };
  readonly client: DynamoDBClient;
  readonly store: ReturnType<typeof createVisitorStore>;
  /** Timers that the scheduler was asked for and lost. */
  lost = 0;
  /** How often a message comes again although it was handled, and a timer is lost, in [0, 1]. */
  repeats = 0;
  losesTimers = 0;
  /** Whether whatever happened first was done first. */
  isKept = true;
  readonly #chance: Chance;
  readonly #handlers: { readonly [queue: string]: (bodies: readonly string[]) => Promise<readonly number[]> };
  #waiting: Waiting[] = [];
  #order = 0;

  constructor(endpoint: string, catalog: CompiledCatalog, chance: Chance, now: number) {
    this.now = now;
    this.#chance = chance;
    this.gate = new Gate(chance);
    this.client = new DynamoDBClient({
      endpoint,
      region: 'us-east-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
      maxAttempts: 1,
    });
    this.#tapStore();
    this.store = createVisitorStore({ client: this.client, table: TABLE_NAMES.visitors });
    this.#handlers = this.#wire(catalog);
  }

  /** What is written to the visitors table is in its stream, in the order of the writes. */
  #tapStore(): void {
    this.client.middlewareStack.add(
      (next, context) => (args) =>
        this.gate.pass(String(context.commandName), async () => {
          const output = await next(args);
          for (const item of visitorItemsIn(args.input)) this.#put('stream', JSON.stringify(item), this.now);
          return output;
        }),
      { step: 'initialize' },
    );
  }

  #wire(catalog: CompiledCatalog) {
    const now = (): number => this.now;
    const random = (): number => this.#chance.next();
    const pause = async (): Promise<void> => {};
    const queues: QueueSender = {
      send: (queue, messages, delaySeconds = 0) =>
        this.gate.pass(`send ${queue}`, async () => {
          for (const message of messages) this.#send(queue, message, this.now + delaySeconds * 1000);
        }),
    };
    const bus: EventBus = {
      put: (entries) =>
        this.gate.pass('put on the bus', async () => {
          this.seen.bus.push(...entries);
        }),
    };
    const log = TABLE_NAMES.log;
    const subjects = createSubjectStore(this.client, log);
    const followers = createFollowerStore(this.client, log);
    const reactor = createReactor({
      visitors: this.store,
      catalogs: async () => ({ active: catalog, rollout: null }),
      now,
      pause,
      random,
    });
    const publisher = createPublisher({ read: readChange, queues, logger: quiet });
    const timeline = createTimelineWriter(this.client, log, { pause, random });
    const scheduler = {
      arm: (timer: TimerDue) =>
        this.gate.pass('arm', async () => {
          if (this.#chance.happens(this.losesTimers)) this.lost += 1;
          else this.#put('timers-due', JSON.stringify(timer), timer.due);
        }),
    };
    const keep = createPoolKeeper({ pools: createPoolStore(this.client, log), queues, now, pause, random });
    const sqs =
      (handler: (event: SQSEvent) => Promise<{ batchItemFailures: { itemIdentifier: string }[] }>) =>
      async (bodies: readonly string[]): Promise<readonly number[]> => {
        const answer = await handler({
          Records: bodies.map((body, index) => sqsRecord(String(index), body)),
        });
        return answer.batchItemFailures.map(({ itemIdentifier }) => Number(itemIdentifier));
      };
    const consumer = <M>(
      schema: Parameters<typeof createConsumer<M>>[0]['schema'],
      handle: (m: M) => Promise<void>,
    ) => sqs(createConsumer<M>({ schema, handle, logger: quiet }));
    const nothing = async (): Promise<readonly number[]> => [];
    return {
      'events-received': sqs(createQueueConsumer(reactor.mail, quiet)),
      'timers-due': consumer(timerDueSchema, reactor.timer),
      'business-events': consumer(businessEntrySchema, createBusinessEntryTaker({ subjects, queues }, quiet)),
      'fan-out': consumer(fanOutSchema, createFanOut({ subjects, followers, queues, now })),
      'timer-effects': consumer(timerEffectsSchema, createTimerArmer({ queues, scheduler, now })),
      'timeline-effects': consumer(timelineEffectsSchema, ({ visitorId, at, effects }) =>
        timeline.put(visitorId, effects, at),
      ),
      'follow-effects': consumer(
        followEffectsSchema,
        createFollowTaker({ subjects, followers, queues, now }),
      ),
      'pool-effects': consumer(poolMessageSchema, createPoolEffectsTaker(keep)),
      'bus-effects': async (bodies: readonly string[]) => {
        for (const body of bodies) {
          const { effects } = JSON.parse(body);
          await bus.put(
            effects.map((effect: BusEntry) => ({ ...effect, detail: JSON.stringify(effect.detail) })),
          );
        }
        return [];
      },
      'delivery-effects': async (bodies: readonly string[]) => {
        for (const body of bodies) {
          const { effects, version } = JSON.parse(body);
          for (const effect of effects) this.seen.deliveries.push({ version, effect });
        }
        return [];
      },
      'counter-effects': nothing,
      'task-effects': nothing,
      stream: async (bodies: readonly string[]) => {
        const Records = bodies.map((body, index) => ({
          eventName: 'MODIFY' as const,
          dynamodb: { SequenceNumber: String(index), NewImage: JSON.parse(body) },
        }));
        const event: DynamoDBStreamEvent = { Records };
        const { batchItemFailures } = await publisher(event);
        const from = Number(batchItemFailures[0]?.itemIdentifier ?? Number.POSITIVE_INFINITY);
        return bodies.flatMap((_, index) => (index >= from ? [index] : []));
      },
    };
  }

  #send(queue: SentQueue, message: object, from: number): void {
    if (queue === 'publish-failed') this.seen.errors.push('an effect could not be routed');
    else this.#put(queue, JSON.stringify(message), from);
  }

  #put(queue: Waiting['queue'], body: string, from: number): void {
    this.#waiting.push({ queue, body, from, order: this.#order++ });
  }

  /** Something arrives from outside: accepted, and durable. */
  accept(queue: QueueName, message: object): void {
    this.#put(queue, JSON.stringify(message), this.now);
  }

  /** When the next message that is held back may come; null: none is. */
  get nextDue(): number | null {
    const later = this.#waiting.filter(({ from }) => from > this.now).map(({ from }) => from);
    return later.length === 0 ? null : Math.min(...later);
  }

  get isIdle(): boolean {
    return this.gate.running === 0 && this.#waiting.every(({ from }) => from > this.now);
  }

  /** Starts one function on some of what waits; false where nothing waits now. */
  start(): boolean {
    const ready = this.#waiting.filter(({ from }) => from <= this.now);
    const first = ready[this.#chance.below(ready.length)];
    if (first === undefined) return false;
    const { queue } = first;
    const ofQueue = ready.filter((waiting) => waiting.queue === queue).sort((a, b) => a.order - b.order);
    // The stream keeps its order: one reader, from where it stopped.
    if (queue === 'stream' && this.#streaming) return false;
    const batch =
      queue === 'stream'
        ? ofQueue.slice(0, 1 + this.#chance.below(BATCH))
        : [first, ...ofQueue.filter((other) => other !== first && this.#chance.happens(0.3))].slice(0, BATCH);
    this.#waiting = this.#waiting.filter((waiting) => !batch.includes(waiting));
    void this.#handle(queue, batch);
    return true;
  }

  #streaming = false;

  async #handle(queue: Waiting['queue'], batch: readonly Waiting[]): Promise<void> {
    if (queue === 'stream') this.#streaming = true;
    let failed: readonly number[] = [];
    const isDone = await this.gate.start(queue, async () => {
      failed = (await this.#handlers[queue]?.(batch.map(({ body }) => body))) ?? [];
    });
    const back = batch.filter((_, index) => !isDone || failed.includes(index));
    const again = batch.filter(
      (waiting) => queue !== 'stream' && !back.includes(waiting) && this.#chance.happens(this.repeats),
    );
    this.#waiting.push(...back, ...again);
    if (queue === 'stream') this.#streaming = false;
  }

  /** Brings these visitors before react, as the sweep does with those whose timer was lost. */
  look(visitorIds: readonly string[]): void {
    for (const visitorId of visitorIds) {
      const timer: TimerDue = { visitorId, generation: -1, due: this.now };
      this.#put('timers-due', JSON.stringify(timer), this.now);
    }
  }
}

const visitorItemsIn = (input: object): readonly unknown[] => {
  const puts = [
    input,
    ...(Reflect.get(input, 'TransactItems') ?? []).map((item: object) => Reflect.get(item, 'Put')),
  ];
  return puts.flatMap((put) => {
    if (put?.TableName !== TABLE_NAMES.visitors || put.Item?.e === undefined) return [];
    const { pk, sk, e } = put.Item;
    return [{ pk, sk, e: { B: Buffer.from(e.B).toString('base64') } }];
  });
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
