import * as z from 'zod';
import type { Console } from './console.ts';
import { askService, expectOk, type TargetOptions, targetOf } from './service-client.ts';

/** Which service is meant, for commands that look after it by its AWS. */
export interface HouseOptions extends TargetOptions {
  /** A deployed environment, found with the AWS credentials and the Region of whoever calls; absent: this machine's. */
  readonly environment?: string;
}

const localSchema = z.object({
  endpoint: z.string(),
  store: z.string(),
  tables: z.object({ visitors: z.string(), log: z.string() }),
  archive: z.string().nullable(),
  clockOffsetMs: z.number(),
});

/** What clients of the local AWS are made with: nothing that is a credential goes to loopback. */
export const LOCAL_CLIENT = {
  region: 'us-east-1',
  credentials: { accessKeyId: 'wend-local', secretAccessKey: 'wend-local' },
} as const;

/** The service on this machine says where its AWS is, and its archive. */
export const findLocalAws = async (
  options: TargetOptions,
  console: Console,
): Promise<z.infer<typeof localSchema>> => {
  const target = targetOf(options, console, 'ak_local');
  return localSchema.parse(expectOk(await askService(target, { path: '/_local/aws' })));
};
