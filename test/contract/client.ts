import { randomUUID } from 'node:crypto';
import { beforeAll } from 'vitest';
import * as z from 'zod';
import { decideAnswerSchema, trackingAnswerSchema } from '../../lib/contracts/http/decide-answer.ts';
import { visitorAnswerSchema } from '../../lib/contracts/http/visitor-answer.ts';
import { serviceAsNew } from '../shared-service.ts';
import { type Deployed, demoCatalog, deployed, fetchInTurn } from './deployed.ts';

/** The service's keys, as a client knows them: well known where it is local, made for the tests where it is deployed. */
export const PK = deployed?.keys.publishable ?? 'pk_local';
export const SK = deployed?.keys.secret ?? 'sk_local';
export const AK = deployed?.keys.admin ?? 'ak_local';

/** What came back. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Parsed JSON; undefined where the answer has no body. */
  readonly body: unknown;
}

export interface Request {
  /** Sent as a bearer token; null sends none. */
  readonly key?: string | null;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly json?: unknown;
  /** Sent as it is. */
  readonly raw?: string | Uint8Array<ArrayBuffer>;
}

const problemSchema = z.looseObject({
  type: z.string().min(1),
  title: z.string().min(1),
  status: z.int(),
  detail: z.string().optional(),
  instance: z.string().min(1),
  errors: z
    .array(z.strictObject({ path: z.string(), message: z.string().min(1) }))
    .min(1)
    .optional(),
  findings: z.array(z.looseObject({ code: z.string(), severity: z.string() })).optional(),
});

/** A problem+json (RFC 9457) in the form that the contract promises; throws where it is not. */
export const problemOf = (answer: Answer): z.infer<typeof problemSchema> => {
  const type = answer.headers.get('content-type') ?? '';
  if (!type.startsWith('application/problem+json')) {
    throw new Error(`${answer.status} is no problem+json but ${type}: ${answer.text.slice(0, 500)}`);
  }
  const problem = problemSchema.parse(answer.body);
  if (problem.status !== answer.status) throw new Error(`${answer.status} says ${problem.status}`);
  if (/\bat .*\(?(file|node):|node_modules|\.ts:\d/.test(answer.text)) {
    throw new Error(`a problem shows a stack trace: ${answer.text}`);
  }
  return problem;
};

/** The paths of a problem's errors. */
export const pathsOf = (answer: Answer): readonly string[] =>
  (problemOf(answer).errors ?? []).map(({ path }) => path);

const healthSchema = z.looseObject({ status: z.literal('ok'), catalogVersion: z.int() });

const parse = (text: string): unknown => {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
};

const expectOk = (answer: Answer): Answer => {
  if (answer.status >= 300) throw new Error(`${answer.status}: ${answer.text.slice(0, 2000)}`);
  return answer;
};

let id = 0;

/** A service that is deployed outlives a file, and its visitors too. */
const file = deployed === undefined ? '' : `${randomUUID().slice(0, 8)}-`;

/** A name that no other test of this service has. */
export const fresh = (prefix: string): string => {
  id += 1;
  return `${prefix}-${file}${id}`;
};

/** A laptop that emulates the cloud starts a process for each request at a time. */
const inTurn = deployed === undefined ? fetch : fetchInTurn;

/** A client of one service, which talks HTTP and nothing else. */
export const clientOf = (url: () => string) => {
  const send = async (method: string, path: string, request: Request = {}): Promise<Answer> => {
    const { key = SK, headers = {}, json, raw } = request;
    const response = await inTurn(`${url()}${path}`, {
      method,
      headers: {
        ...(key === null ? {} : { authorization: `Bearer ${key}` }),
        ...(json === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(json === undefined ? {} : { body: JSON.stringify(json) }),
      ...(raw === undefined ? {} : { body: raw }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, body: parse(text) };
  };
  const post = (path: string, json: unknown, request: Request = {}): Promise<Answer> =>
    send('POST', path, { ...request, json });
  /** Waits until everything that was accepted took effect. */
  const settle = async (): Promise<void> => {
    if (deployed === undefined) expectOk(await post('/_local/clock', { advance: 'PT0S' }));
    else await deployed.settle();
  };
  const visitor = async (name: string) =>
    visitorAnswerSchema.parse(expectOk(await send('GET', `/v1/visitors/${encodeURIComponent(name)}`)).body);
  return {
    send,
    post,
    get: (path: string, request: Request = {}): Promise<Answer> => send('GET', path, request),
    settle,
    visitor,
    /** The visitor once everything accepted took effect. */
    settled: async (name: string) => {
      await settle();
      return visitor(name);
    },
    decide: async (body: object, request: Request = {}) =>
      decideAnswerSchema.parse(expectOk(await post('/v1/decide', body, request)).body),
    /** Sends events as one batch with the secret key. */
    batch: async (events: readonly object[]) =>
      trackingAnswerSchema.parse(expectOk(await post('/v1/batch', { batch: events })).body),
    track: async (event: string, who: object, properties: object = {}, rest: object = {}) => {
      expectOk(await post('/v1/track', { event, ...who, properties, ...rest }));
    },
    publish: async (definitions: readonly object[]): Promise<number> => {
      const answer = expectOk(await send('PUT', '/v1/catalog', { key: AK, json: { definitions } }));
      return z.looseObject({ version: z.int() }).parse(answer.body).version;
    },
    advance: async (duration: string): Promise<void> => {
      expectOk(await post('/_local/clock', { advance: duration }));
    },
    /** Throws unless the service answers as on its first day. */
    isUp: async (): Promise<boolean> => {
      const { status, body } = await send('GET', '/health', { key: null });
      return status === 200 && healthSchema.safeParse(body).success;
    },
  };
};

/**
 * A service for this test file, in memory and as on its first day; or the one that is deployed, where `WEND_TEST_URL`
 * names it: then files have to run one after the other, since they share it.
 *
 * @param definitions - published before the first test; absent: the demo catalog that ships
 */
export const serviceForFile = (definitions?: readonly object[]) =>
  deployed === undefined ? localForFile(definitions) : deployedForFile(deployed, definitions);

const deployedForFile = ({ url }: Deployed, definitions?: readonly object[]) => {
  const client = clientOf(() => url);
  beforeAll(async () => {
    await client.publish(definitions ?? (await demoCatalog()));
  });
  return { ...client, url: () => url };
};

const localForFile = (definitions?: readonly object[]) => {
  let address: string | undefined;
  const url = (): string => {
    if (address === undefined) throw new Error('the service is not started');
    return address;
  };
  const client = clientOf(url);
  beforeAll(async () => {
    address = await serviceAsNew();
    await client.publish(definitions ?? (await demoCatalog()));
  });
  return { ...client, url };
};

/** The offer of a catalog that takes some percent off an order. */
export const percentOff = (id: string, value: number, rest: object = {}) => ({
  kind: 'offer',
  id,
  label: `${value}% off`,
  reward: { type: 'percentage', value, on: 'order' },
  apply: 'automatic',
  until: '2099-12-31T00:00:00Z',
  ...rest,
});

/** An experience with plain content. */
export const experience = (id: string, placement: string, rest: object = {}) => ({
  kind: 'experience',
  id,
  placement,
  intent: 'inform',
  content: { id },
  ...rest,
});

/** Events that happened at times of the test's own, in minutes ago. */
export const minutesAgo = (minutes: number): string => new Date(Date.now() - minutes * 60_000).toISOString();
