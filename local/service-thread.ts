import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import * as z from 'zod';
import type { LocalServiceOptions } from './service.ts';
import { messageOf, StartFailure } from './start-failure.ts';

const deadLetterSchema = z.object({ messageId: z.string(), failedAt: z.number(), reason: z.string() });
/** What a service says of itself once it runs; the fields are those of `LocalService`. */
const startedSchema = z.object({
  url: z.string(),
  busUrl: z.string(),
  storeUrl: z.string(),
  deadLetters: z.array(deadLetterSchema).readonly(),
  wasFilled: z.boolean(),
  clockOffsetMs: z.number(),
});

/** What the thread of a service says to the one that started it. */
export const noticeSchema = z.discriminatedUnion('kind', [
  startedSchema.extend({ kind: z.literal('ready') }),
  z.object({ kind: z.literal('refused'), sentence: z.string() }),
  z.object({ kind: z.literal('failed'), sentence: z.string() }),
]);

export type Notice = z.infer<typeof noticeSchema>;

/** A local service in a thread of its own. */
export interface LocalServiceThread extends Readonly<z.infer<typeof startedSchema>> {
  /** Resolves with a sentence when it ends without having been stopped, or something that it needs has ended. */
  readonly failed: Promise<string>;
  /** Stops everything within 5 s; false when something had to be cut off, which the next start takes up. */
  readonly stop: () => Promise<boolean>;
}

/** Within the 5 s that stopping may take. */
const CUT_AFTER_MS = 4_000;

/**
 * Runs a local service in a worker thread: it has its own environment and its own instances of the functions, so
 * that many can run beside each other; and a function that never comes back holds up its own thread only, so that a
 * Ctrl-C is heard.
 *
 * @param environment of the thread; the service adds what its functions need
 * @throws {StartFailure} when it can't run
 */
export const startServiceThread = async (
  options: LocalServiceOptions,
  environment: NodeJS.ProcessEnv,
): Promise<LocalServiceThread> => {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), {
    workerData: options,
    env: environment,
    execArgv: [],
  });
  const started = Promise.withResolvers<Extract<Notice, { kind: 'ready' }>>();
  const failure = Promise.withResolvers<string>();
  const ended = Promise.withResolvers<void>();
  const fail = (sentence: string): void => {
    failure.resolve(sentence);
    started.reject(new Error(sentence));
  };
  worker.on('error', (error) => fail(`The local service failed: ${messageOf(error)}`));
  let stopping = false;
  worker.on('exit', () => {
    if (!stopping) {
      fail('The local service ended unexpectedly.');
    }
    ended.resolve();
  });
  worker.on('message', (message: unknown) => {
    const notice = noticeSchema.parse(message);
    switch (notice.kind) {
      case 'ready':
        started.resolve(notice);
        break;
      case 'refused':
        started.reject(new StartFailure(notice.sentence));
        break;
      case 'failed':
        fail(notice.sentence);
        break;
    }
  });

  const { kind: _, ...service } = await started.promise;
  const stop = async (): Promise<boolean> => {
    stopping = true;
    worker.postMessage('stop');
    let cut = false;
    const timer = setTimeout(() => {
      cut = true;
      void worker.terminate();
    }, CUT_AFTER_MS);
    await ended.promise;
    clearTimeout(timer);
    return !cut;
  };
  return { ...service, failed: failure.promise, stop };
};

/** Nothing of the caller's own service or cloud account reaches the thread. */
const cleanEnvironment = (): NodeJS.ProcessEnv =>
  Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(WEND_|AWS_|NODE_OPTIONS$|PORT$)/.test(name)),
  );

/** The catalog that ships with the project. */
export const DEMO_CATALOG = fileURLToPath(new URL('../catalog/demo', import.meta.url));

/**
 * Starts a local service for a test: on free ports, in memory and with the shipped catalog unless told otherwise.
 *
 * @example
 * const service = await startLocalService({ catalog: null });
 * const answer = await fetch(`${service.url}/health`);
 * await service.stop();
 *
 * @throws {StartFailure} when it can't run
 */
export const startLocalService = (options: Partial<LocalServiceOptions> = {}): Promise<LocalServiceThread> =>
  startServiceThread(
    { port: 0, dataDirectory: 'memory', catalog: DEMO_CATALOG, ...options },
    cleanEnvironment(),
  );
