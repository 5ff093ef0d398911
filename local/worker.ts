import { flushCompileCache } from 'node:module';
import { parentPort, workerData } from 'node:worker_threads';
import * as z from 'zod';
import { runLocalService } from './service.ts';
import type { Notice } from './service-thread.ts';
import { messageOf, StartFailure } from './start-failure.ts';

const optionsSchema = z.object({
  port: z.number(),
  dataDirectory: z.string(),
  catalog: z.string().nullable(),
  functionsDirectory: z.string().exactOptional(),
  limits: z.object({ rate: z.number(), burst: z.number() }).exactOptional(),
  identitySecret: z.string().exactOptional(),
  storeEndpoint: z.string().exactOptional(),
});

const tell = (notice: Notice): void => parentPort?.postMessage(notice);

try {
  const service = await runLocalService(optionsSchema.parse(workerData));
  const { url, busUrl, storeUrl, deadLetters, wasFilled, clockOffsetMs } = service;
  parentPort?.once('message', () => {
    service.stop().finally(() => process.exit(0));
  });
  service.failed.then((sentence) => tell({ kind: 'failed', sentence })).catch(console.error);
  tell({
    kind: 'ready',
    url,
    busUrl,
    storeUrl,
    deadLetters: deadLetters.map(({ messageId, failedAt, reason }) => ({ messageId, failedAt, reason })),
    wasFilled,
    clockOffsetMs,
  });
  // Now and not at the end: whoever is killed would leave nothing to the next start.
  flushCompileCache();
} catch (error) {
  if (!(error instanceof StartFailure)) {
    console.error(error);
  }
  tell({ kind: 'refused', sentence: messageOf(error) });
  parentPort?.close();
}
