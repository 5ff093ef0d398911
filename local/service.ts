import { restoreClock } from './clock.ts';
import { type DataDirectory, openDataDirectory } from './data-directory.ts';
import { DEFAULT_IDENTITY_SECRET, setFunctionEnvironment } from './environment.ts';
import { openEventHouse, type RunningHouse } from './event-house.ts';
import { FUNCTIONS_DIRECTORY, type Functions, loadFunctions } from './functions.ts';
import { createGate } from './http/gate.ts';
import { createGateway } from './http/gateway.ts';
import { createLocalRoutes } from './http/local-routes.ts';
import { createThrottle, type Limits } from './http/throttle.ts';
import { close, listen } from './listen.ts';
import { type DeadLetter, readDeadLetters } from './log/dead-letters.ts';
import type { DurableLog } from './log/durable-log.ts';
import { createSettings } from './log/settings.ts';
import { publishCatalog, seedKeys } from './seed.ts';
import { codeOf, messageOf, StartFailure } from './start-failure.ts';
import { type EmbeddedStore, endOrphan, startDynoxide } from './store/dynoxide.ts';
import { trimStreamRecords } from './store/stream-records.ts';
import { createTables, TABLE_NAMES } from './store/tables.ts';
import { createCheckpoint } from './stream/checkpoints.ts';

/** How a local service is to be run. */
export interface LocalServiceOptions {
  /** 0 takes a free one. */
  readonly port: number;
  /** A directory, or `memory` to keep nothing. */
  readonly dataDirectory: string;
  /** What an empty data directory is filled with: a catalog's directory or file; `null`: no catalog. */
  readonly catalog: string | null;
  /** A folder laid out as `functions/`, whose functions are run instead. */
  readonly functionsDirectory?: string;
  readonly limits?: Limits;
  readonly identitySecret?: string;
  /** A DynamoDB to use instead of the embedded one. */
  readonly storeEndpoint?: string;
}

/** A local service that runs. */
export interface LocalService {
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  /** The address that speaks the protocols of EventBridge, SQS, EventBridge Scheduler and Firehose. */
  readonly busUrl: string;
  /** The store's address, which speaks DynamoDB's. */
  readonly storeUrl: string;
  /** Messages that were given up in this data directory. */
  readonly deadLetters: readonly DeadLetter[];
  /** The data directory was filled before, so no catalog was loaded into it. */
  readonly wasFilled: boolean;
  /** How far an earlier run has moved the clock from real time, in milliseconds. */
  readonly clockOffsetMs: number;
  /** Resolves with a sentence when something it needs has ended. */
  readonly failed: Promise<string>;
  /** Lets what is under way end, and stops everything, within 5 s. */
  readonly stop: () => Promise<void>;
}

const REQUESTS_LIMIT_MS = 1_200;
const BATCHES_LIMIT_MS = 1_200;
const FILLED = 'filled';

const openPort = async (server: Parameters<typeof listen>[0], port: number): Promise<number> => {
  try {
    return await listen(server, port);
  } catch (error) {
    const why =
      codeOf(error) === 'EADDRINUSE'
        ? `Port ${port} is in use by another program; set PORT to a free one.`
        : `Port ${port} can't be opened: ${messageOf(error)}.`;
    throw new StartFailure(why, { cause: error });
  }
};

type Undo = () => Promise<void> | void;

const undoAll = async (undo: readonly Undo[]): Promise<void> => {
  for (const step of undo.toReversed()) {
    try {
      await step();
    } catch (error) {
      console.error(`While stopping: ${messageOf(error)}`);
    }
  }
};

const openStore = async (
  options: LocalServiceOptions,
  data: DataDirectory,
): Promise<EmbeddedStore | undefined> => {
  if (options.storeEndpoint !== undefined) {
    return undefined;
  }
  if (data.left?.store && data.storePath !== undefined) {
    await endOrphan(data.left.store, data.storePath);
  }
  return await startDynoxide(data.storePath);
};

/** Copies of visitors that the store still keeps for its stream, although they were handed on. */
const trimStream = (log: DurableLog, storePath: string | undefined): void => {
  const position = createCheckpoint(log).read();
  if (storePath !== undefined && position !== undefined) {
    trimStreamRecords(storePath, TABLE_NAMES.visitors, Number(position.sequence));
  }
};

const run = async (options: LocalServiceOptions, undo: Undo[]): Promise<LocalService> => {
  const data = openDataDirectory(options.dataDirectory);
  undo.push(data.close);
  const settings = createSettings(data.log);
  const clock = restoreClock(settings);
  const gate = createGate();

  const house = openEventHouse(data.log, clock, data.archivePath);

  let functions: Functions | undefined;
  let running: RunningHouse | undefined;
  let generation = 0;
  const load = async (): Promise<Functions> => {
    functions = await loadFunctions(options.functionsDirectory ?? FUNCTIONS_DIRECTORY, generation);
    return functions;
  };
  const fill = async (loaded: Functions): Promise<void> => {
    await seedKeys(clock.now());
    if (options.catalog !== null) {
      await publishCatalog(loaded, options.catalog, clock.now());
    }
    await settings.set(FILLED, 'yes');
  };

  let busUrl = '';
  let storeUrl = '';
  const localRoutes = createLocalRoutes({
    bus: house.bus,
    aws: () => ({
      endpoint: busUrl,
      store: storeUrl,
      tables: TABLE_NAMES,
      archive: data.archivePath ?? null,
      clockOffsetMs: clock.offset(),
    }),
    moveClock: (target) =>
      gate.alone(async () =>
        (await running?.moveClock(target)) === true ? { now: clock.now() } : undefined,
      ),
    reset: () =>
      gate.alone(async () => {
        await running?.reset(async () => {
          await settings.clear();
          clock.release();
          await tables.wipe();
        });
        // What the functions have in memory is of the catalog that is gone; versions count from 1 again.
        generation += 1;
        await fill(await load());
      }),
  });
  const current = (): Functions => {
    if (functions === undefined) {
      throw new Error('the functions are not loaded');
    }
    return functions;
  };
  const gateway = createGateway({
    functions: current,
    localRoutes,
    gate,
    now: clock.now,
    ...(options.limits === undefined ? {} : { throttle: createThrottle(options.limits) }),
  });

  const ready = Promise.withResolvers<void>();
  const started = gate.alone(() => ready.promise);
  undo.push(async () => {
    ready.resolve();
    await started;
  });
  const port = await openPort(gateway, options.port);
  const url = `http://127.0.0.1:${port}`;
  undo.push(() => close(gateway, 0));

  const store = await openStore(options, data);
  const storePath = store === undefined ? undefined : data.storePath;
  undo.push(async () => {
    await store?.stop();
    trimStream(data.log, storePath);
  });
  trimStream(data.log, storePath);
  data.note({ url, process: process.pid, store: store?.pid ?? null });
  storeUrl = store?.endpoint ?? options.storeEndpoint ?? '';

  busUrl = `http://127.0.0.1:${await listen(house.server, 0)}`;
  undo.push(() => close(house.server, 0));

  setFunctionEnvironment({
    storeEndpoint: storeUrl,
    storeIsEmbedded: store !== undefined,
    awsEndpoint: busUrl,
    archives: data.archivePath !== undefined,
    identitySecret: options.identitySecret ?? DEFAULT_IDENTITY_SECRET,
  });
  const tables = createTables(storeUrl);
  undo.push(tables.close);
  const [loaded] = await Promise.all([
    load(),
    tables.ensure().catch((error: unknown) => {
      throw new StartFailure(`The DynamoDB at ${storeUrl} can't be used: ${messageOf(error)}.`, {
        cause: error,
      });
    }),
  ]);
  const wasFilled = settings.get(FILLED) !== undefined;
  if (!wasFilled) {
    await fill(loaded);
  }

  running = house.start(current, storeUrl, TABLE_NAMES.visitors);
  const { stop } = running;
  undo.push(() => stop(BATCHES_LIMIT_MS));
  // First of all when stopping: no new request comes in, and those under way end.
  undo.push(() => close(gateway, REQUESTS_LIMIT_MS));
  ready.resolve();
  await started;

  let stopping: Promise<void> | undefined;
  return {
    url,
    busUrl,
    storeUrl,
    deadLetters: readDeadLetters(data.log),
    wasFilled,
    clockOffsetMs: clock.offset(),
    failed: store?.failed ?? new Promise(() => {}),
    stop: () => {
      stopping ??= undoAll(undo);
      return stopping;
    },
  };
};

/**
 * Runs the service in this thread: its functions read this thread's environment, so there is one per thread, once.
 * `startServiceThread` gives it a thread of its own.
 *
 * @throws {StartFailure} with one sentence when it can't run; nothing is left running then
 */
export const runLocalService = async (options: LocalServiceOptions): Promise<LocalService> => {
  const undo: Undo[] = [];
  try {
    return await run(options, undo);
  } catch (error) {
    await undoAll(undo);
    throw error;
  }
};
