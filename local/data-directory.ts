import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import * as z from 'zod';
import { type DurableLog, LogInUse, openDurableLog } from './log/durable-log.ts';
import { messageOf, StartFailure } from './start-failure.ts';

/** `WEND_DATA_DIR=memory` keeps nothing. */
const MEMORY = 'memory';

const runningSchema = z.object({ url: z.string(), process: z.number(), store: z.number().nullish() });

/** Who runs on a data directory, as `service.json` in it says. */
export type Running = z.infer<typeof runningSchema>;

/** The data of one local service, held by this process alone until `close`. */
export interface DataDirectory {
  readonly log: DurableLog;
  /** The embedded store's file; undefined in memory. */
  readonly storePath: string | undefined;
  /** Where applied events are archived; undefined in memory. */
  readonly archivePath: string | undefined;
  /** Who ran here before and did not get to say goodbye. */
  readonly left: Running | undefined;
  /** Notes who runs here, for the message that a second start gets. */
  readonly note: (running: Running) => void;
  readonly close: () => void;
}

const readRunning = (path: string): Running | undefined => {
  try {
    return runningSchema.safeParse(JSON.parse(readFileSync(path, 'utf8'))).data;
  } catch {
    return undefined;
  }
};

const openLog = (path: string, directory: string, notePath: string): DurableLog => {
  try {
    return openDurableLog(path);
  } catch (error) {
    if (error instanceof LogInUse) {
      const running = readRunning(notePath);
      const who = running === undefined ? '' : ` at ${running.url} (process ${running.process})`;
      throw new StartFailure(
        `The data directory ${directory} is in use by another local service${who}; stop that one, or set WEND_DATA_DIR to another directory.`,
        { cause: error },
      );
    }
    throw new StartFailure(`The file ${path} can't be opened: ${messageOf(error)}.`, { cause: error });
  }
};

/** Not mkdir's own `recursive`: under /proc that one never comes back (Node 24). */
const makeDirectory = (directory: string): void => {
  if (existsSync(directory)) {
    return;
  }
  const parent = dirname(directory);
  if (parent !== directory) {
    makeDirectory(parent);
  }
  mkdirSync(directory);
};

/**
 * Opens a data directory, or makes it.
 *
 * @throws {StartFailure} when it can't be written or another process has it
 */
export const openDataDirectory = (given: string): DataDirectory => {
  if (given === MEMORY) {
    const log = openDurableLog(':memory:');
    return {
      log,
      storePath: undefined,
      archivePath: undefined,
      left: undefined,
      note: () => {},
      close: () => log.close(),
    };
  }
  const directory = resolve(given);
  const notePath = join(directory, 'service.json');
  try {
    makeDirectory(directory);
    writeFileSync(join(directory, '.writable'), '');
    rmSync(join(directory, '.writable'));
  } catch (error) {
    throw new StartFailure(
      `The data directory ${directory} can't be written: ${messageOf(error)}; set WEND_DATA_DIR to one that can.`,
      { cause: error },
    );
  }
  const log = openLog(join(directory, 'bus.db'), directory, notePath);
  return {
    log,
    storePath: join(directory, 'dynamodb.db'),
    archivePath: join(directory, 'archive'),
    left: readRunning(notePath),
    note: (running) => writeFileSync(notePath, `${JSON.stringify(running)}\n`),
    close: () => {
      rmSync(notePath, { force: true });
      log.close();
    },
  };
};
