import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { FUNCTIONS, type FunctionName } from '../../infra/functions.ts';
import { queueVariable } from '../../lib/contracts/queues.ts';
import { LOCAL_REGION } from '../../local/bus/event.ts';
import { BUS_NAME, SCHEDULER_GROUP } from '../../local/environment.ts';
import { gatewayEventOf } from '../../local/http/gateway-event.ts';
import { queueArn, queueUrl, SENT_QUEUES } from '../../local/queue/address.ts';
import type { LocalServiceThread } from '../../local/service-thread.ts';
import { TABLE_NAMES } from '../../local/store/tables.ts';

/** What functions are told, so that they find the tables and queues of a local service. */
export const environmentOf = ({
  storeUrl,
  busUrl,
}: LocalServiceThread): Readonly<Record<string, string>> => ({
  AWS_REGION: LOCAL_REGION,
  AWS_ACCESS_KEY_ID: 'bench',
  AWS_SECRET_ACCESS_KEY: 'bench',
  AWS_ENDPOINT_URL: busUrl,
  AWS_ENDPOINT_URL_DYNAMODB: storeUrl,
  WEND_VISITORS_TABLE: TABLE_NAMES.visitors,
  WEND_LOG_TABLE: TABLE_NAMES.log,
  WEND_EVENT_BUS: BUS_NAME,
  WEND_SCHEDULER_GROUP: SCHEDULER_GROUP,
  WEND_SCHEDULER_ROLE_ARN: 'arn:aws:iam::000000000000:role/timers',
  WEND_TIMERS_QUEUE_ARN: queueArn('timers-due'),
  ...Object.fromEntries(SENT_QUEUES.map((queue) => [queueVariable(queue), queueUrl(busUrl, queue)])),
});

const requestOf = (method: string, path: string, body?: object, type = 'application/json'): object =>
  gatewayEventOf({
    method,
    target: path,
    httpVersion: '1.1',
    headers: { 'content-type': [type], authorization: ['Bearer ak_local'] },
    body: Buffer.from(body === undefined ? '' : JSON.stringify(body)),
    sourceIp: '127.0.0.1',
    requestId: 'bench',
    at: Date.now(),
    routeKey: `${method} ${path}`,
    pathParameters: {},
  });

const cloudEvent = { specversion: '1.0', id: 'e-1', source: 'bench', type: 'shop.closed', subject: 'shop/1' };

const REQUESTS: Readonly<Partial<Record<FunctionName, () => object>>> = {
  decide: () => requestOf('POST', '/v1/decide', { anonymousId: 'bench', placements: ['home.hero'] }),
  'track-events': () => requestOf('POST', '/v1/track', { anonymousId: 'bench', event: 'Product Viewed' }),
  'receive-events': () => requestOf('POST', '/v1/events', cloudEvent, 'application/cloudevents+json'),
  'get-visitor': () => ({
    ...requestOf('GET', '/v1/visitors/anon:nobody'),
    routeKey: 'GET /v1/visitors/{id}',
    pathParameters: { id: 'anon:nobody' },
  }),
  'manage-catalog': () => requestOf('GET', '/v1/catalog'),
  'manage-keys': () => requestOf('GET', '/v1/keys'),
  'manage-tasks': () => requestOf('GET', '/v1/tasks'),
  'redeem-offers': () => ({
    ...requestOf('GET', '/v1/redemptions/none'),
    routeKey: 'GET /v1/redemptions/{orderId}',
    pathParameters: { orderId: 'none' },
  }),
  'describe-service': () => requestOf('GET', '/health'),
};

/** What a function is asked first: behind the API a request, else an empty batch. */
export const firstEventOf = (name: FunctionName): object => REQUESTS[name]?.() ?? { Records: [] };

/** Whether a function is behind the API. */
export const answersRequests = (name: FunctionName): boolean => FUNCTIONS[name].source.includes('/api/');

const SCRIPT = `
const { flushCompileCache } = require('node:module');
const [, index, event] = process.argv;
Promise.resolve(require(index).handler(JSON.parse(event), { awsRequestId: 'bench' })).then((answer) => {
  process.stdout.write(JSON.stringify(answer ?? null));
  flushCompileCache();
  process.exit(0);
});`;

export interface Start {
  /** A bundle's file. */
  readonly index: string;
  readonly event: object;
  readonly environment: Readonly<Record<string, string>>;
  /** A folder for Node's cache of compiled code; null: without. */
  readonly cache: string | null;
}

/**
 * Starts a fresh Node, has it load a bundle and ask its handler.
 *
 * @returns milliseconds from the start of the process to its answer
 * @throws Error with what it said where it does not answer, or answers that it failed
 */
export const timeToFirstAnswer = ({ index, event, environment, cache }: Start): Promise<number> =>
  new Promise((resolve, reject) => {
    const startedAt = performance.now();
    const child = spawn(process.execPath, ['-e', SCRIPT, index, JSON.stringify(event)], {
      cwd: tmpdir(),
      env: { ...environment, ...(cache === null ? {} : { NODE_COMPILE_CACHE: cache }) },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let answeredAt: number | undefined;
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => {
      answeredAt ??= performance.now();
      said += chunk.toString('utf8');
    });
    child.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString('utf8');
    });
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0 && answeredAt !== undefined && !/"statusCode":5/.test(said))
        resolve(answeredAt - startedAt);
      else reject(new Error(`${index} did not answer: ${said.slice(0, 1000)}`));
    });
  });
