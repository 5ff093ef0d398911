import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { GetQueueAttributesCommand, ListQueuesCommand, SQSClient } from '@aws-sdk/client-sqs';
import * as z from 'zod';
import { readCatalog } from '../../lib/adapters/catalog-files/read-catalog.ts';
import { QUEUES } from '../../lib/contracts/queues.ts';

/** What tests that run against a deployed service find in their environment (`npm run test:deploy` sets it). */
const environmentSchema = z.object({
  /** Where the API answers, without a slash at its end. */
  WEND_TEST_URL: z.url(),
  WEND_TEST_ADMIN_KEY: z.string().startsWith('ak_'),
  WEND_TEST_SECRET_KEY: z.string().startsWith('sk_'),
  WEND_TEST_PUBLISHABLE_KEY: z.string().startsWith('pk_'),
  /** How the names of its queues begin. The SDK finds them by its own variables (`AWS_ENDPOINT_URL`, …). */
  WEND_TEST_QUEUES: z.string().min(1),
});

/** A service that is deployed, and outlives the test file. */
export interface Deployed {
  readonly url: string;
  readonly keys: { readonly admin: string; readonly secret: string; readonly publishable: string };
  /** Waits until everything that was accepted took effect. Throws after half a minute. */
  readonly settle: () => Promise<void>;
}

/** How long the queues may take to come to rest, milliseconds. */
const PATIENCE_MS = 30_000;

/** A commit's effects are in no queue while the stream hands them over: nothing has to be seen for so long, milliseconds. */
const QUIET_MS = 250;
/** What slows the stream's function down slows a look down too: nothing has to be seen for as long as so many of them. */
const QUIET_LOOKS = 4;
const LOOK_EVERY_MS = 30;

/** The queues that are worked on. What was laid aside waits in others, for a person. */
const queuesOf = async (sqs: SQSClient, prefix: string): Promise<readonly string[]> => {
  const { QueueUrls: urls = [] } = await sqs.send(new ListQueuesCommand({ QueueNamePrefix: prefix }));
  const names = new Set(Object.keys(QUEUES).map((name) => `${prefix}${name}`));
  const worked = urls.filter((url) => names.has(url.slice(url.lastIndexOf('/') + 1)));
  if (worked.length < names.size) throw new Error(`of the queues ${prefix}… there are ${worked.length} only`);
  return worked;
};

/** Messages that wait or are being worked on. */
const busyIn = async (sqs: SQSClient, url: string): Promise<number> => {
  const { Attributes: { ApproximateNumberOfMessages, ApproximateNumberOfMessagesNotVisible } = {} } =
    await sqs.send(
      new GetQueueAttributesCommand({
        QueueUrl: url,
        AttributeNames: ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'],
      }),
    );
  return Number(ApproximateNumberOfMessages) + Number(ApproximateNumberOfMessagesNotVisible);
};

const settleQueues = (prefix: string): (() => Promise<void>) => {
  const sqs = new SQSClient({});
  let known: readonly string[] | undefined;
  return async () => {
    known ??= await queuesOf(sqs, prefix);
    const deadline = Date.now() + PATIENCE_MS;
    let quietSince = Date.now();
    let quietLooks = 0;
    while (quietLooks < QUIET_LOOKS || Date.now() - quietSince < QUIET_MS) {
      if (Date.now() > deadline) throw new Error(`the queues ${prefix}… do not come to rest`);
      const busy = await Promise.all(known.map((url) => busyIn(sqs, url)));
      if (busy.some((messages) => messages > 0)) {
        quietLooks = 0;
        quietSince = Date.now();
      } else quietLooks += 1;
      await sleep(LOOK_EVERY_MS);
    }
  };
};

const read = (): Deployed | undefined => {
  if (process.env['WEND_TEST_URL'] === undefined) return undefined;
  const environment = environmentSchema.parse(process.env);
  return {
    url: environment.WEND_TEST_URL,
    keys: {
      admin: environment.WEND_TEST_ADMIN_KEY,
      secret: environment.WEND_TEST_SECRET_KEY,
      publishable: environment.WEND_TEST_PUBLISHABLE_KEY,
    },
    settle: settleQueues(environment.WEND_TEST_QUEUES),
  };
};

/** Requests at a time. */
const AT_ONCE = 6;

let running = 0;
const waiting: (() => void)[] = [];

/** As `fetch`, but that only some requests run at a time; the answer's body does not count. */
export const fetchInTurn: typeof fetch = async (input, init) => {
  if (running >= AT_ONCE) await new Promise<void>((resolve) => waiting.push(resolve));
  else running += 1;
  try {
    return await fetch(input, init);
  } finally {
    // Whoever waited longest takes over the place.
    const next = waiting.shift();
    if (next === undefined) running -= 1;
    else next();
  }
};

/** The deployed service that the tests are aimed at; undefined: each file starts a local one. */
export const deployed: Deployed | undefined = read();

/** The demo catalog that ships, which a local service starts with by itself. */
export const demoCatalog = async (): Promise<readonly object[]> => {
  const files = await readCatalog(fileURLToPath(new URL('../../catalog/demo', import.meta.url)));
  if (!files.ok) throw new Error('the demo catalog can not be read');
  return files.definitions;
};
