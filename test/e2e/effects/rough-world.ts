import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { DynamoDBRecord } from 'aws-lambda';
import { createCounterReader } from '../../../lib/adapters/dynamodb/counter-reader.ts';
import { createCounterWriter } from '../../../lib/adapters/dynamodb/counter-writer.ts';
import { createDueReader } from '../../../lib/adapters/dynamodb/due-reader.ts';
import { readChange } from '../../../lib/adapters/dynamodb/stream-record.ts';
import { createTimelineReader } from '../../../lib/adapters/dynamodb/timeline-reader.ts';
import { createTimelineWriter } from '../../../lib/adapters/dynamodb/timeline-writer.ts';
import { createVisitorStore } from '../../../lib/adapters/dynamodb/visitor-store.ts';
import { type TimerDue, timerDueSchema } from '../../../lib/contracts/bus.ts';
import {
  busEffectsSchema,
  counterEffectsSchema,
  timelineEffectsSchema,
  timerEffectsSchema,
} from '../../../lib/contracts/effects.ts';
import { type QueueSender, QueueUnavailable } from '../../../lib/contracts/queue-sender.ts';
import type { SentQueue } from '../../../lib/contracts/queues.ts';
import type { CompiledCatalog } from '../../../lib/domain/catalog/compiled.ts';
import type { VisitorEvent } from '../../../lib/domain/visitor/event.ts';
import { type BusEntry, BusUnavailable } from '../../../lib/domain/visitor/event-bus.ts';
import { createTimerArmer } from '../../../lib/service/arm-timers.ts';
import { createQueueConsumer } from '../../../lib/service/consume-events.ts';
import { createConsumer } from '../../../lib/service/consume-queue.ts';
import { createPublisher } from '../../../lib/service/publish-effects.ts';
import { createBusPublisher } from '../../../lib/service/put-effects-on-bus.ts';
import { createReactor } from '../../../lib/service/react.ts';
import { createSweep } from '../../../lib/service/sweep.ts';
import { TABLE_NAMES } from '../../../local/store/tables.ts';
import { createCursor } from '../../../local/stream/cursor.ts';
import { createStreamClient } from '../../../local/stream/stream-client.ts';
import { startEmbeddedStore } from '../../embedded-store.ts';
import { memoryLogger, sqsRecord } from '../../unit/service/sqs-batch.ts';
import { NO_PAUSES } from './log-table.ts';

/** A message in a queue, and when it can be taken. */
interface Waiting {
  readonly body: object;
  readonly visibleAt: number;
}

/** How rough a world is: the share of requests whose answer is lost, of messages that come twice, and of timers that are lost. */
export interface Roughness {
  readonly lostAnswers: number;
  readonly duplicates: number;
  /** Of somebody who has no luck all timers are lost then, so that the sweep is needed in every life. */
  readonly lostTimers: number;
}

/** mulberry32 (Ettinger, public domain): chance that a seed repeats. */
const chanceOf = (seed: number): (() => number) => {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
};

/**
 * The handlers of events, timers and effects over a real store and its stream, with queues that repeat and reorder what
 * they hold, with answers that are lost and with a clock of their own.
 */
export const startRoughWorld = async (
  catalog: CompiledCatalog,
  seed: number,
  start: number,
  roughness: Roughness,
) => {
  const embedded = await startEmbeddedStore();
  const chance = chanceOf(seed);
  const client = new DynamoDBClient({ endpoint: embedded.endpoint });
  /** For what asks so much at once that some answer would always be lost. */
  const calm = new DynamoDBClient({ endpoint: embedded.endpoint });
  let isRough = true;
  const isLost = (): boolean => isRough && chance() < roughness.lostAnswers;
  client.middlewareStack.add(
    (next) => async (request) => {
      const answer = await next(request);
      if (isLost()) throw new Error('the answer was lost');
      return answer;
    },
    { step: 'initialize' },
  );

  let now = start;
  const clock = () => now;
  const queues = new Map<SentQueue, Waiting[]>();
  const bus: BusEntry[] = [];
  const schedules = new Set<string>();
  const counts = { received: 0, lostTimers: 0, swept: 0 };

  const put = (queue: SentQueue, body: object, visibleAt: number): void => {
    const copies = isRough && chance() < roughness.duplicates ? 2 : 1;
    const waiting = queues.get(queue) ?? [];
    queues.set(queue, waiting);
    for (let copy = 0; copy < copies; copy++) waiting.push({ body, visibleAt });
  };

  let unlucky: string | undefined;
  const losesTimer = (timer: object): boolean => {
    const { visitorId } = timerDueSchema.parse(timer);
    unlucky ??= visitorId;
    const loses = roughness.lostTimers > 0 && (visitorId === unlucky || chance() < roughness.lostTimers);
    if (loses) counts.lostTimers += 1;
    return loses;
  };

  const sender: QueueSender = {
    send: async (queue, messages, delaySeconds = 0) => {
      for (const message of messages) {
        if (queue === 'timers-due' && delaySeconds > 0 && losesTimer(message)) continue;
        put(queue, message, now + Math.max(0, Math.ceil(delaySeconds)) * 1000);
      }
      if (isLost()) throw new QueueUnavailable(queue);
    },
  };

  const arm = async (timer: TimerDue): Promise<void> => {
    const name = JSON.stringify(timer);
    if (!schedules.has(name) && !losesTimer(timer)) put('timers-due', timer, timer.due);
    schedules.add(name);
    if (isLost()) throw new Error('the answer was lost');
  };

  const logger = memoryLogger();
  const reactor = createReactor({
    visitors: createVisitorStore({ client, table: TABLE_NAMES.visitors }),
    catalogs: async () => ({ active: catalog, rollout: null }),
    now: clock,
    ...NO_PAUSES,
  });
  const timeline = createTimelineWriter(client, TABLE_NAMES.log, NO_PAUSES);
  const consumers = {
    'events-received': createQueueConsumer(reactor.mail, logger),
    'timers-due': createConsumer({ schema: timerDueSchema, handle: reactor.timer, logger }),
    'timer-effects': createConsumer({
      schema: timerEffectsSchema,
      handle: createTimerArmer({ queues: sender, scheduler: { arm }, now: clock }),
      logger,
    }),
    'timeline-effects': createConsumer({
      schema: timelineEffectsSchema,
      handle: ({ visitorId, at, effects }) => timeline.put(visitorId, effects, at),
      logger,
    }),
    'counter-effects': createConsumer({
      schema: counterEffectsSchema,
      handle: createCounterWriter(client, TABLE_NAMES.log, NO_PAUSES),
      logger,
    }),
    'bus-effects': createConsumer({
      schema: busEffectsSchema,
      handle: createBusPublisher(
        {
          put: async (entries) => {
            bus.push(...entries);
            if (isLost()) throw new BusUnavailable();
          },
        },
        logger,
      ),
      logger,
    }),
  } satisfies { readonly [Queue in SentQueue]?: ReturnType<typeof createConsumer> };
  type Served = keyof typeof consumers;
  const served = Object.keys(consumers).filter((name): name is Served => Object.hasOwn(consumers, name));

  const publish = createPublisher({ read: readChange, queues: sender, logger });
  const cursor = createCursor(createStreamClient(embedded.endpoint), TABLE_NAMES.visitors, () => undefined);
  let unpublished: DynamoDBRecord[] = [];

  /** Hands on what the stream holds; from the first failure on it comes again. */
  const readStream = async (): Promise<void> => {
    for (;;) {
      const { records } = await cursor.next();
      if (records.length === 0) break;
      unpublished.push(...records);
    }
    while (unpublished.length > 0) {
      const { batchItemFailures } = await publish({ Records: unpublished });
      const failed = batchItemFailures[0]?.itemIdentifier;
      const at = unpublished.findIndex(({ dynamodb }) => dynamodb?.SequenceNumber === failed);
      unpublished = at === -1 ? [] : unpublished.slice(at);
    }
  };

  /** Takes some messages of a queue, in any order; those that failed go back. */
  const serve = async (queue: Served): Promise<boolean> => {
    const waiting = queues.get(queue) ?? [];
    const visible = waiting.filter(({ visibleAt }) => visibleAt <= now);
    const batch = visible.filter(() => chance() < 0.7).sort(() => chance() - 0.5);
    if (visible.length > 0 && batch.length === 0) return true;
    if (batch.length === 0) return false;
    queues.set(
      queue,
      waiting.filter((message) => !batch.includes(message)),
    );
    counts.received += batch.length;
    const { batchItemFailures } = await consumers[queue]({
      Records: batch.map(({ body }, index) => sqsRecord(String(index), body)),
    });
    const failed = new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
    for (const [index, { body }] of batch.entries()) {
      if (failed.has(String(index))) put(queue, body, now);
    }
    return true;
  };

  const settle = async (): Promise<void> => {
    for (let busy = true; busy; ) {
      await readStream();
      busy = false;
      for (const queue of served) busy = (await serve(queue)) || busy;
    }
  };

  const sweep = createSweep({
    findDue: createDueReader(calm, TABLE_NAMES.visitors),
    queues: {
      send: async (queue, messages) => {
        counts.swept += messages.length;
        await sender.send(queue, messages);
      },
    },
    now: clock,
    logger,
  });

  /** A run that fails is not repeated: the next one looks at the same. */
  const sweepOnce = async (): Promise<void> => {
    try {
      await sweep();
    } catch (error) {
      if (!(error instanceof QueueUnavailable)) throw error;
    }
  };

  return {
    bus,
    counts,
    receive: (events: readonly VisitorEvent[]): void => put('events-received', { detail: { events } }, now),
    /** Lets time go by, in steps between which the sweep runs and everything that can be done is done. */
    pass: async (milliseconds: number, step: number): Promise<void> => {
      await settle();
      for (const end = now + milliseconds; now < end; ) {
        now += step;
        await sweepOnce();
        await settle();
      }
    },
    smooth: (): void => {
      isRough = false;
    },
    counters: (prefix: string) => createCounterReader(calm, TABLE_NAMES.log)(prefix),
    story: async (visitorId: string) =>
      (await createTimelineReader(calm, TABLE_NAMES.log)(visitorId, null, 100)).entries,
    stop: async (): Promise<void> => {
      client.destroy();
      calm.destroy();
      await embedded.stop();
    },
  };
};
