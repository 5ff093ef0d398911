import * as z from 'zod';
import { queueVariable, type SentQueue } from './queues.ts';

/** A queue's URL: only functions that put messages into the queue have it. */
const queueUrl = z.string().min(1).optional();

/**
 * What a function finds in its environment: what all need is required, the rest is set for those that use it. CDK sets
 * exactly these; the local service sets all of them. The SDK itself reads `AWS_REGION` and `AWS_ENDPOINT_URL_DYNAMODB`,
 * `…_EVENTBRIDGE`, `…_SQS`, `…_SCHEDULER` and `…_FIREHOSE`.
 */
export const environmentSchema = z.object({
  WEND_VISITORS_TABLE: z.string().min(1),
  WEND_LOG_TABLE: z.string().min(1),
  WEND_EVENT_BUS: z.string().min(1),
  /** Name of the environment, which sets its figures apart from those of others; absent: none are written. */
  WEND_ENVIRONMENT: z.string().min(1).optional(),
  /** HS256 secret that the shop signs identity tokens with; absent: no identity token is accepted. */
  WEND_IDENTITY_SECRET: z.string().min(32).optional(),
  /** Expected `aud` of identity tokens, checked only where set. */
  WEND_IDENTITY_AUDIENCE: z.string().min(1).optional(),
  /** The `iss` of operators' and agents' tokens, their `aud`, and where the issuer publishes its keys; absent: keys only. */
  WEND_OPERATOR_ISSUER: z.string().min(1).optional(),
  WEND_OPERATOR_AUDIENCE: z.string().min(1).optional(),
  WEND_OPERATOR_KEYS_URL: z.string().min(1).optional(),
  /** What the edge in front of the API proves itself by, one or two with a space between; absent: nothing stands in front. */
  WEND_EDGE_SECRETS: z.string().min(1).optional(),
  /** How old the last look at the catalog pointer and the keys may be, milliseconds. */
  WEND_CONTROL_MAX_AGE_MS: z.coerce.number().int().min(0).default(5000),
  WEND_QUEUE_EVENTS_RECEIVED: queueUrl,
  WEND_QUEUE_TIMERS_DUE: queueUrl,
  WEND_QUEUE_BUSINESS_EVENTS: queueUrl,
  WEND_QUEUE_FAN_OUT: queueUrl,
  WEND_QUEUE_BUS_EFFECTS: queueUrl,
  WEND_QUEUE_TIMER_EFFECTS: queueUrl,
  WEND_QUEUE_TIMELINE_EFFECTS: queueUrl,
  WEND_QUEUE_COUNTER_EFFECTS: queueUrl,
  WEND_QUEUE_DELIVERY_EFFECTS: queueUrl,
  WEND_QUEUE_FOLLOW_EFFECTS: queueUrl,
  WEND_QUEUE_POOL_EFFECTS: queueUrl,
  WEND_QUEUE_TASK_EFFECTS: queueUrl,
  WEND_QUEUE_ORDER_EFFECTS: queueUrl,
  WEND_QUEUE_ARCHIVE_RECORDS: queueUrl,
  /** Where publish lays aside, in full, what it can't route. */
  WEND_QUEUE_PUBLISH_FAILED: queueUrl,
  /** The group of EventBridge Scheduler in which visitors' timers are armed. */
  WEND_SCHEDULER_GROUP: z.string().min(1).optional(),
  /** The role that the scheduler puts fired timers into their queue with. */
  WEND_SCHEDULER_ROLE_ARN: z.string().min(1).optional(),
  /** ARN of the queue `timers-due`: the scheduler takes no URL. */
  WEND_TIMERS_QUEUE_ARN: z.string().min(1).optional(),
  /** The delivery stream of the archive; absent: nothing is archived. */
  WEND_ARCHIVE_STREAM: z.string().min(1).optional(),
  /** From whom e-mails come, an address that SES has verified; absent: SES sends nothing. */
  WEND_EMAIL_FROM: z.string().min(3).optional(),
  /** Where messages of the other channels go, and e-mails where SES sends none; absent: nowhere. */
  WEND_WEBHOOK_URL: z.string().min(1).optional(),
  /** `whsec_` and the base64 of 24 to 64 random bytes; two with a space between while the receiver changes over. */
  WEND_WEBHOOK_SECRET: z.string().min(1).optional(),
});

export type Environment = z.infer<typeof environmentSchema>;

/** A function was started without a variable that it can't do without: the stack forgot to set it. */
export class VariableMissing extends Error {
  constructor(variable: string) {
    super(`the environment variable ${variable} is not set`);
    this.name = 'VariableMissing';
  }
}

const present = (environment: Environment, variable: string): string => {
  const variables: Readonly<Record<string, unknown>> = environment;
  const value = variables[variable];
  if (typeof value !== 'string') throw new VariableMissing(variable);
  return value;
};

/**
 * The URLs of the queues that a function puts messages into.
 *
 * @throws VariableMissing at the start of the function, rather than with its first message
 */
export const queueUrlsOf = (
  environment: Environment,
  queues: readonly SentQueue[],
): ReadonlyMap<SentQueue, string> =>
  new Map(queues.map((queue) => [queue, present(environment, queueVariable(queue))]));

/** Where and as whom timers are armed. */
export interface SchedulerEnvironment {
  readonly group: string;
  readonly roleArn: string;
  readonly timersQueueArn: string;
}

/**
 * What a function that arms timers knows of the scheduler.
 *
 * @throws VariableMissing where it was not told
 */
export const schedulerOf = (environment: Environment): SchedulerEnvironment => ({
  group: present(environment, 'WEND_SCHEDULER_GROUP'),
  roleArn: present(environment, 'WEND_SCHEDULER_ROLE_ARN'),
  timersQueueArn: present(environment, 'WEND_TIMERS_QUEUE_ARN'),
});

/** Whom operators and agents log in with; each undefined where nobody does. */
export const operatorsOf = (environment: Environment) => ({
  issuer: environment.WEND_OPERATOR_ISSUER,
  audience: environment.WEND_OPERATOR_AUDIENCE,
  keysUrl: environment.WEND_OPERATOR_KEYS_URL,
});
