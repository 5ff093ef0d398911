import { Worker } from 'node:worker_threads';
import * as z from 'zod';
import type { LocalServiceOptions } from './service.ts';
import { StartFailure } from './start-failure.ts';

/** A local service in a thread of its own. */
export interface IsolatedService {
  readonly url: string;
  readonly busUrl: string;
  readonly storeUrl: string;
  readonly stop: () => Promise<void>;
}

const noticeSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('ready'), url: z.string(), busUrl: z.string(), storeUrl: z.string() }),
  z.object({ kind: z.literal('refused'), message: z.string() }),
]);

/** What a test may leave out: a free port, nothing kept, the shipped catalog. */
export type IsolatedServiceOptions = Partial<LocalServiceOptions>;

/** Nothing of the caller's own service or cloud account reaches the thread. */
const cleanEnvironment = (): NodeJS.ProcessEnv =>
  Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(WEND_|AWS_|NODE_OPTIONS|PORT$)/.test(name)),
  );

/**
 * Starts a local service in a worker thread: it has its own environment and its own instances of the functions, so
 * that many may run beside each other in one process, each on free ports and (by default) in memory.
 *
 * @throws {StartFailure} when it can't run
 */
export const startLocalService = (options: IsolatedServiceOptions = {}): Promise<IsolatedService> => {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), {
    workerData: { port: 0, dataDirectory: 'memory', catalog: 'catalog/demo', ...options },
    env: cleanEnvironment(),
    execArgv: [],
  });
  const ended = new Promise<void>((resolve) => {
    worker.once('exit', () => resolve());
  });
  return new Promise((resolve, reject) => {
    worker.once('error', reject);
    worker.once('exit', (code) => reject(new Error(`the local service's thread ended with ${code}`)));
    worker.once('message', (message: unknown) => {
      const notice = noticeSchema.parse(message);
      if (notice.kind === 'refused') {
        reject(new StartFailure(notice.message));
        return;
      }
      const { url, busUrl, storeUrl } = notice;
      resolve({
        url,
        busUrl,
        storeUrl,
        stop: async () => {
          worker.postMessage('stop');
          await ended;
        },
      });
    });
  });
};
