import type { Server } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { createArchiveFiles } from './archive/archive-files.ts';
import { createFirehoseService } from './archive/firehose-service.ts';
import { createAwsServer } from './aws/aws-server.ts';
import { type Bus, createBus } from './bus/bus.ts';
import { createBusService } from './bus/bus-service.ts';
import type { MovableClock } from './clock.ts';
import { ARCHIVE_STREAM, BUS_NAME, SCHEDULER_GROUP } from './environment.ts';
import type { Functions } from './functions.ts';
import type { DurableLog } from './log/durable-log.ts';
import { openLaidAside } from './queue/laid-aside.ts';
import { createLaidAsideService } from './queue/laid-aside-service.ts';
import { openQueues } from './queue/queues.ts';
import { createSqsService } from './queue/sqs-service.ts';
import { createAgenda } from './scheduler/agenda.ts';
import { createSchedulerService } from './scheduler/scheduler-service.ts';
import { startSweep } from './scheduler/sweep.ts';
import { startTimekeeper } from './scheduler/timekeeper.ts';
import { createCheckpoint } from './stream/checkpoints.ts';
import { startStreamReader } from './stream/reader.ts';
import { createStreamClient } from './stream/stream-client.ts';
import { createTimeTravel } from './time-travel.ts';

/** Bus, queues, scheduler, stream and archive of one data directory. They take at once, and hand on once started. */
export interface EventHouse {
  readonly bus: Bus;
  /** EventBridge, SQS, EventBridge Scheduler and, where there is an archive, Firehose for the functions. */
  readonly server: Server;
  /** Begins to hand on what is there to the functions. */
  readonly start: (functions: () => Functions, storeEndpoint: string, table: string) => RunningHouse;
}

/** An event house whose functions run. */
export interface RunningHouse {
  /** Applies everything accepted, then moves the clock through all that is due; false when that got stuck. */
  readonly moveClock: (targetOf: (now: number) => number) => Promise<boolean>;
  /**
   * Forgets all that was accepted or armed, and what the table's stream still holds once `wipeTables` has made the
   * table anew.
   */
  readonly reset: (wipeTables: () => Promise<void>) => Promise<void>;
  /** Hands nothing more on; resolves when what is under way has ended, or after the limit. */
  readonly stop: (limitMs: number) => Promise<void>;
}

/** Functions whose batches write visitors, and so put records into the stream. */
const WRITES_VISITORS: ReadonlySet<string> = new Set(['events-received', 'timers-due']);

/** Where a server listens, on loopback. */
const addressOf = (server: Server): string => {
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' ? (address?.port ?? 0) : 0}`;
};

/**
 * Opens what the log holds.
 *
 * @param archivePath - where applied events are archived; undefined: nowhere
 */
export const openEventHouse = (log: DurableLog, clock: MovableClock, archivePath?: string): EventHouse => {
  const archive = archivePath === undefined ? null : createArchiveFiles(archivePath, clock.now);
  const queues = openQueues(log);
  const bus = createBus(log, queues);
  let onAgendaChanged = (): void => {};
  const agenda = createAgenda(log, queues, clock.now, () => onAgendaChanged());
  const server: Server = createAwsServer([
    createBusService({ bus, busName: BUS_NAME, now: clock.now }),
    createSqsService(agenda.send),
    createLaidAsideService(openLaidAside(log), () => addressOf(server)),
    createSchedulerService(agenda, SCHEDULER_GROUP),
    ...(archive === null ? [] : [createFirehoseService(archive, ARCHIVE_STREAM)]),
  ]);

  const wipe = (): Promise<void> =>
    log.commit(() => {
      bus.wipe();
      queues.wipe();
      agenda.wipe();
    });

  const start: EventHouse['start'] = (functions, storeEndpoint, table) => {
    let stopping = false;
    const reader = startStreamReader({
      client: createStreamClient(storeEndpoint),
      table,
      checkpoint: createCheckpoint(log),
      handler: () => functions().on('on-visitors-changed'),
    });
    queues.start(functions, (queue) => {
      if (WRITES_VISITORS.has(queue)) {
        reader.wake();
      }
    });
    const timekeeper = startTimekeeper(agenda, clock.now);
    onAgendaChanged = timekeeper.look;
    const sweep = startSweep(() => functions().on('on-sweep-due'), clock.now);
    const travel = createTimeTravel({
      clock,
      queues,
      reader,
      agenda,
      sweep,
      isStopping: () => stopping,
    });

    return {
      moveClock: async (targetOf) => {
        const arrived = await travel.move(targetOf);
        timekeeper.look();
        return arrived;
      },
      reset: async (wipeTables) => {
        await wipe();
        await travel.settle();
        await wipe();
        await archive?.wipe();
        await sweep.outOfTheWay(() => reader.skip(wipeTables));
      },
      stop: async (limitMs) => {
        stopping = true;
        const limit = new AbortController();
        const ended = Promise.all([timekeeper.stop(), sweep.stop(), queues.stop(limitMs), reader.stop()]);
        await Promise.race([
          ended,
          pause(limitMs, undefined, { signal: limit.signal }).catch(() => undefined),
        ]);
        limit.abort();
      },
    };
  };

  return { bus, server, start };
};
