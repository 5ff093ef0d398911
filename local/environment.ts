import { queueVariable } from '../lib/contracts/queues.ts';
import { LOCAL_ACCOUNT, LOCAL_REGION } from './bus/event.ts';
import { queueArn, queueUrl, SENT_QUEUES } from './queue/address.ts';
import { TABLE_NAMES } from './store/tables.ts';

/** Name of the local event bus. */
export const BUS_NAME = 'wend';

/** Name of the group of schedules. */
export const SCHEDULER_GROUP = 'wend';

/** Name of the archive's delivery stream. */
export const ARCHIVE_STREAM = 'wend';

/** The identity secret that `api.md` promises for the local service. */
export const DEFAULT_IDENTITY_SECRET = 'wend-local-identity-secret-0000000';

interface FunctionEnvironment {
  readonly storeEndpoint: string;
  /** The store is ours, so credentials are made up; of a given one they are the caller's affair. */
  readonly storeIsEmbedded: boolean;
  /** Where EventBridge, SQS, EventBridge Scheduler and Firehose are. */
  readonly awsEndpoint: string;
  /** Whether applied events are archived. */
  readonly archives: boolean;
  readonly identitySecret: string;
}

const unset = (name: string): void => {
  delete process.env[name];
};

/**
 * Sets what CDK sets for the functions in the cloud, and points their SDK clients to loopback. It must come before
 * the functions are imported.
 */
export const setFunctionEnvironment = (environment: FunctionEnvironment): void => {
  Object.assign(process.env, {
    WEND_VISITORS_TABLE: TABLE_NAMES.visitors,
    WEND_LOG_TABLE: TABLE_NAMES.log,
    WEND_EVENT_BUS: BUS_NAME,
    WEND_IDENTITY_SECRET: environment.identitySecret,
    // Every look at pointer and keys is fresh: a published catalog serves before its PUT is answered.
    WEND_CONTROL_MAX_AGE_MS: '0',
    AWS_ENDPOINT_URL_DYNAMODB: environment.storeEndpoint,
    WEND_SCHEDULER_GROUP: SCHEDULER_GROUP,
    WEND_SCHEDULER_ROLE_ARN: `arn:aws:iam::${LOCAL_ACCOUNT}:role/wend-scheduler`,
    WEND_TIMERS_QUEUE_ARN: queueArn('timers-due'),
    AWS_ENDPOINT_URL_EVENTBRIDGE: environment.awsEndpoint,
    AWS_ENDPOINT_URL_SQS: environment.awsEndpoint,
    AWS_ENDPOINT_URL_SCHEDULER: environment.awsEndpoint,
    AWS_ENDPOINT_URL_FIREHOSE: environment.awsEndpoint,
    ...Object.fromEntries(
      SENT_QUEUES.map((queue) => [queueVariable(queue), queueUrl(environment.awsEndpoint, queue)]),
    ),
  });
  if (environment.archives) process.env['WEND_ARCHIVE_STREAM'] = ARCHIVE_STREAM;
  else unset('WEND_ARCHIVE_STREAM');
  if (environment.storeIsEmbedded) {
    // No real credential ever leaves for loopback, and none is needed: not even a profile is looked up.
    unset('AWS_PROFILE');
    unset('AWS_SESSION_TOKEN');
    Object.assign(process.env, {
      AWS_REGION: LOCAL_REGION,
      AWS_ACCESS_KEY_ID: 'wend-local',
      AWS_SECRET_ACCESS_KEY: 'wend-local',
    });
  }
};
