import type { IncomingMessage, ServerResponse } from 'node:http';
import * as z from 'zod';
import { type Bus, KEPT_EVENTS, KEPT_MESSAGES, MESSAGE_REQUESTED } from '../bus/bus.ts';
import type { BusEvent } from '../bus/event.ts';
import { addDuration, parseInstant } from '../clock.ts';
import { StartFailure } from '../start-failure.ts';
import { readBody } from './body.ts';
import { type GatewayProblem, writeProblem } from './problem.ts';

/** Serves everything under `/_local/`, which a deployed stack does not have. */
export type LocalRoutes = (request: IncomingMessage, response: ServerResponse, path: string) => Promise<void>;

/** The AWS that the functions call, for commands that look after a service. */
export interface LocalAws {
  /** Address of EventBridge, SQS, EventBridge Scheduler and Firehose. */
  readonly endpoint: string;
  /** Address of DynamoDB. */
  readonly store: string;
  /** The names of its tables. */
  readonly tables: { readonly visitors: string; readonly log: string };
  /** Directory of the archive; null where nothing is archived. */
  readonly archive: string | null;
  /** How far the service's clock is from real time, milliseconds. */
  readonly clockOffsetMs: number;
}

/** What the local routes do. */
export interface LocalRoutesOptions {
  readonly bus: Bus;
  /** Applies everything accepted, then sets the service's clock; false when that did not come to an end. */
  readonly moveClock: (toMs: (now: number) => number) => Promise<{ readonly now: number } | undefined>;
  /** Where the local AWS is. */
  readonly aws: () => LocalAws;
  /** Makes the service as on its first day. */
  readonly reset: () => Promise<void>;
}

const clockSchema = z.union([z.strictObject({ advance: z.string() }), z.strictObject({ set: z.string() })]);

const messageSchema = z.object({
  at: z.string().optional(),
  messageId: z.string().nullish(),
  visitorId: z.string().nullish(),
  userId: z.string().nullish(),
  anonymousId: z.string().nullish(),
  channel: z.string().nullish(),
  topic: z.string().nullish(),
  journeyId: z.string().nullish(),
  stepId: z.string().nullish(),
  content: z.unknown(),
});

const sendJson = (response: ServerResponse, document: unknown): void => {
  response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(JSON.stringify(document));
};

const invalid = (detail: string): GatewayProblem => ({ status: 400, title: 'Bad Request', detail });

const messageOfEvent = (event: BusEvent): unknown => {
  const parsed = messageSchema.safeParse(event.detail);
  return parsed.success ? { ...parsed.data, at: parsed.data.at ?? event.time } : { at: event.time };
};

/** A page of another site may send simple requests to loopback; none of them shall reset a service. */
const isForeignPage = (request: IncomingMessage): boolean => {
  const origin = request.headers.origin;
  return origin !== undefined && !/^https?:\/\/(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/.test(origin);
};

const readJson = async (request: IncomingMessage): Promise<unknown> => {
  const body = await readBody(request);
  try {
    return JSON.parse(body?.toString('utf8') ?? '');
  } catch {
    return undefined;
  }
};

const targetOf = (document: z.infer<typeof clockSchema>): ((now: number) => number) | undefined => {
  if ('set' in document) {
    const at = parseInstant(document.set);
    return at === undefined ? undefined : () => at;
  }
  const { advance } = document;
  return addDuration(0, advance) === undefined ? undefined : (now) => addDuration(now, advance) ?? now;
};

const serveClock = async (
  options: LocalRoutesOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> => {
  const document = clockSchema.safeParse(await readJson(request));
  const target = document.success ? targetOf(document.data) : undefined;
  if (target === undefined) {
    writeProblem(
      response,
      invalid('Expected {"advance": "PT1H"} (an ISO 8601 duration) or {"set": "2026-11-22T08:00:00Z"}.'),
    );
    return;
  }
  const moved = await options.moveClock(target);
  if (moved === undefined) {
    writeProblem(response, {
      status: 503,
      title: 'Service Unavailable',
      detail: 'What was accepted could not all be applied in time; the clock stands where it was.',
    });
    return;
  }
  sendJson(response, { now: new Date(moved.now).toISOString() });
};

type Serve = (request: IncomingMessage, response: ServerResponse) => Promise<void> | void;

/** The local routes over bus and clock. */
export const createLocalRoutes = (options: LocalRoutesOptions): LocalRoutes => {
  const routes: { readonly [path: string]: { readonly method: string; readonly serve: Serve } } = {
    '/_local/clock': { method: 'POST', serve: (request, response) => serveClock(options, request, response) },
    '/_local/messages': {
      method: 'GET',
      serve: (_, response) =>
        sendJson(response, {
          messages: options.bus.recentOf(MESSAGE_REQUESTED, KEPT_MESSAGES).map(messageOfEvent),
        }),
    },
    '/_local/bus': {
      method: 'GET',
      serve: (_, response) => sendJson(response, { events: options.bus.recent(KEPT_EVENTS) }),
    },
    '/_local/aws': {
      method: 'GET',
      serve: (_, response) => sendJson(response, options.aws()),
    },
    '/_local/reset': {
      method: 'POST',
      serve: async (_, response) => {
        try {
          await options.reset();
        } catch (error) {
          if (!(error instanceof StartFailure)) throw error;
          // The files were changed since the start: who resets can mend them and reset again.
          writeProblem(response, { status: 422, title: 'Unprocessable Content', detail: error.message });
          return;
        }
        sendJson(response, { success: true });
      },
    },
  };
  return async (request, response, path) => {
    const route = Object.hasOwn(routes, path) ? routes[path] : undefined;
    if (route === undefined) {
      request.resume();
      writeProblem(response, { status: 404, title: 'Not Found', detail: 'There is no such local route.' });
    } else if (request.method !== route.method) {
      request.resume();
      writeProblem(response, {
        status: 405,
        title: 'Method Not Allowed',
        detail: `This path takes ${route.method}.`,
        headers: { allow: route.method },
      });
    } else if (isForeignPage(request)) {
      request.resume();
      writeProblem(response, {
        status: 403,
        title: 'Forbidden',
        detail: 'Local routes are not for pages of other origins.',
      });
    } else {
      await route.serve(request, response);
    }
  };
};
