import { QUEUES, type QueueName, type SentQueue } from '../../lib/contracts/queues.ts';
import { LOCAL_ACCOUNT, LOCAL_REGION } from '../bus/event.ts';

const isQueueName = (name: string): name is QueueName => Object.hasOwn(QUEUES, name);

/** Every queue of the service that a function takes from. */
export const QUEUE_NAMES: readonly QueueName[] = Object.keys(QUEUES).filter(isQueueName);

/** Every queue that a function may put messages into. */
export const SENT_QUEUES: readonly SentQueue[] = [...QUEUE_NAMES, 'publish-failed'];

const ARN_PREFIX = `arn:aws:sqs:${LOCAL_REGION}:${LOCAL_ACCOUNT}:`;

export const queueArn = (name: SentQueue): string => `${ARN_PREFIX}${name}`;

/** The address that functions get for a queue; SQS's clients send it along and do not call it. */
export const queueUrl = (endpoint: string, name: SentQueue): string => `${endpoint}/${LOCAL_ACCOUNT}/${name}`;

/** The queue of this name; undefined where there is none. */
export const queueCalled = (name: string): SentQueue | undefined =>
  SENT_QUEUES.find((queue) => queue === name);

/** The queue that an ARN names; undefined where there is none. */
export const queueOfArn = (arn: string): SentQueue | undefined =>
  arn.startsWith(ARN_PREFIX) ? queueCalled(arn.slice(ARN_PREFIX.length)) : undefined;

/** The queue that a URL names by its last part; undefined where there is none. */
export const queueOfUrl = (url: string): SentQueue | undefined =>
  queueCalled(url.slice(url.lastIndexOf('/') + 1));
