import { problemSchema } from '../lib/contracts/http/problem.ts';
import { CommandFailure, type Console, EXIT_USAGE, messageOf } from './console.ts';

/** A service and the key to it. */
export interface Target {
  readonly url: string;
  readonly key: string;
}

export interface TargetOptions {
  readonly url?: string;
  readonly key?: string;
}

const DEFAULT_URL = 'http://127.0.0.1:8787';

const isLoopback = (hostname: string): boolean =>
  hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(hostname);

/**
 * Which service is meant: the options, else `WEND_URL` and `WEND_KEY`, else the one on this machine with its own
 * well-known key. That key is never sent anywhere else.
 *
 * @throws CommandFailure (usage) for an address that is none, or where a key is missing
 */
export const targetOf = (options: TargetOptions, { environment }: Console, localKey: string): Target => {
  const text = options.url ?? (environment['WEND_URL'] || DEFAULT_URL);
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol)) {
    throw new CommandFailure(`'${text}' is no address; expected one such as ${DEFAULT_URL}.`, EXIT_USAGE);
  }
  const url = new URL(text);
  const key = options.key ?? (environment['WEND_KEY'] || (isLoopback(url.hostname) ? localKey : undefined));
  if (key === undefined) {
    throw new CommandFailure(`A key for ${url.origin} is needed: give --key or set WEND_KEY.`, EXIT_USAGE);
  }
  return { url: `${url.origin}${url.pathname.replace(/\/$/, '')}`, key };
};

export interface ServiceAnswer {
  readonly status: number;
  /** Parsed JSON; null where the body is none. */
  readonly body: unknown;
}

export interface ServiceRequest {
  readonly method?: 'GET' | 'POST' | 'PUT';
  readonly path: string;
  readonly body?: unknown;
  readonly headers?: { readonly [name: string]: string };
}

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
};

/**
 * Asks the service.
 *
 * @throws CommandFailure where nothing answers
 */
export const askService = async (target: Target, request: ServiceRequest): Promise<ServiceAnswer> => {
  try {
    const answer = await fetch(`${target.url}${request.path}`, {
      method: request.method ?? 'GET',
      headers: {
        authorization: `Bearer ${target.key}`,
        ...(request.body === undefined ? {} : { 'content-type': 'application/json' }),
        ...request.headers,
      },
      ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
    });
    return { status: answer.status, body: parse(await answer.text()) };
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : messageOf(cause);
    throw new CommandFailure(
      `No service answers at ${target.url} (${code}); \`npm start\` starts one on this machine, --url names another.`,
      undefined,
      { cause: error },
    );
  }
};

/** What the service refused, as people read it: one line, and one more for each error it names. */
export const describeProblem = ({ status, body }: ServiceAnswer): string => {
  const problem = problemSchema.safeParse(body);
  if (!problem.success) return `The service answered ${status}.`;
  const { title, detail, errors = [] } = problem.data;
  const lines = errors.map(({ path, message }) => `  ${path === '' ? 'body' : path}: ${message}`);
  return [`${status} ${title}${detail === undefined ? '' : `: ${detail}`}`, ...lines].join('\n');
};

/**
 * The body of an answer that the service gave without refusing.
 *
 * @throws CommandFailure with what it refused
 */
export const expectOk = (answer: ServiceAnswer): unknown => {
  if (answer.status < 200 || answer.status > 299) throw new CommandFailure(describeProblem(answer));
  return answer.body;
};
