import { parentPort, workerData } from 'node:worker_threads';
import * as z from 'zod';
import { runLocalService } from './service.ts';
import { messageOf } from './start-failure.ts';

const optionsSchema = z.object({
  port: z.number(),
  dataDirectory: z.string(),
  catalog: z.string().nullable(),
  functionsDirectory: z.string().exactOptional(),
  limits: z.object({ rate: z.number(), burst: z.number() }).exactOptional(),
  identitySecret: z.string().exactOptional(),
  storeEndpoint: z.string().exactOptional(),
});

try {
  const service = await runLocalService(optionsSchema.parse(workerData));
  const { url, busUrl, storeUrl } = service;
  parentPort?.once('message', () => {
    service.stop().finally(() => process.exit(0));
  });
  parentPort?.postMessage({ kind: 'ready', url, busUrl, storeUrl });
} catch (error) {
  parentPort?.postMessage({ kind: 'refused', message: messageOf(error) });
  parentPort?.close();
}
