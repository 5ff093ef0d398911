import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeEach } from 'vitest';
import * as z from 'zod';
import { readCatalog } from '../../lib/adapters/catalog-files/read-catalog.ts';
import { tasksAnswerSchema } from '../../lib/contracts/http/tasks.ts';
import { timelineAnswerSchema, type visitorAnswerSchema } from '../../lib/contracts/http/visitor-answer.ts';
import { type Answer, clientOf } from '../contract/client.ts';
import { serviceAsNew } from '../shared-service.ts';

/** A message as `/_local/messages` lists it. */
const messageSchema = z.object({
  at: z.string(),
  messageId: z.string(),
  visitorId: z.string(),
  userId: z.string().nullable(),
  anonymousId: z.string().nullable(),
  channel: z.string(),
  topic: z.string(),
  journeyId: z.string(),
  stepId: z.string(),
  content: z.record(z.string(), z.unknown()),
});
type Message = z.infer<typeof messageSchema>;

const busEventSchema = z.looseObject({
  'detail-type': z.string(),
  detail: z.record(z.string(), z.unknown()),
});
type BusEvent = z.infer<typeof busEventSchema>;

const recipePath = (recipe: string): string =>
  fileURLToPath(new URL(`../../catalog/recipes/${recipe}`, import.meta.url));

/** The definitions of a recipe, as its files hold them. */
export const definitionsOf = async (recipe: string): Promise<readonly object[]> => {
  const files = await readCatalog(recipePath(recipe));
  if (!files.ok) throw new Error(`${recipe} can't be read`);
  return files.definitions;
};

const okay = (answer: Answer): Answer => {
  if (answer.status >= 300) throw new Error(`${answer.status}: ${answer.text.slice(0, 2000)}`);
  return answer;
};

type Person = z.infer<typeof visitorAnswerSchema>;
type Grants = Person['grants'];

const heldIn = ({ grants }: Person): Grants => grants.filter(({ status }) => status === 'held');

/** What is told of a story here. */
const STORY: ReadonlySet<string> = new Set(['journey', 'message', 'problem', 'grant', 'task']);

let sent = 0;

/**
 * A local service on which a recipe is published, anew for each test. All that is here goes through the HTTP
 * contract and the local clock.
 */
export const scenario = (recipe: string) => {
  let address: string | undefined;
  const url = (): string => {
    if (address === undefined) throw new Error('the service is not started');
    return address;
  };
  const wend = clientOf(url);

  beforeEach(async () => {
    address = await serviceAsNew();
    await wend.publish(await definitionsOf(recipe));
  });

  const moveClock = async (to: { readonly advance: string } | { readonly set: string }): Promise<string> =>
    z.object({ now: z.string() }).parse(okay(await wend.post('/_local/clock', to)).body).now;

  const messages = async (): Promise<readonly Message[]> =>
    z.object({ messages: z.array(messageSchema) }).parse(okay(await wend.get('/_local/messages')).body)
      .messages;

  const visitor = async (userId: string) => wend.settled(`user:${userId}`);

  const openTasks = async () => {
    await wend.settle();
    return tasksAnswerSchema.parse(okay(await wend.get('/v1/tasks?limit=100')).body).tasks;
  };

  const business = (type: string, subject: string, data: object, time: string) => {
    sent += 1;
    return { specversion: '1.0', id: `e-${sent}`, source: 'test', type, subject, time, data };
  };

  /** Moves an order of the ledger on, once everything accepted took effect. */
  const moveOrder = async (path: string, body: object): Promise<Answer> => {
    await wend.settle();
    const answer = await wend.post(`/v1/redemptions${path}`, body);
    await wend.settle();
    return answer;
  };

  return {
    ...wend,
    url,
    /** The service's clock. */
    now: (): Promise<string> => moveClock({ advance: 'PT0S' }),
    setClock: (set: string): Promise<string> => moveClock({ set }),
    /** The person once everything accepted took effect. */
    person: visitor,
    track: async (
      userId: string,
      event: string,
      properties: object = {},
      rest: object = {},
    ): Promise<void> => {
      okay(await wend.post('/v1/track', { userId, event, properties, ...rest }));
    },
    identify: async (userId: string, traits: object, rest: object = {}): Promise<void> => {
      okay(await wend.post('/v1/identify', { userId, traits, ...rest }));
    },
    /** A business event (CloudEvents), by default of this very moment, and all that comes of it at once. */
    happens: async (type: string, subject: string, data: object = {}, time?: string): Promise<void> => {
      const event = business(type, subject, data, time ?? (await moveClock({ advance: 'PT0S' })));
      const headers = { 'content-type': 'application/cloudevents+json' };
      okay(await wend.send('POST', '/v1/events', { raw: JSON.stringify(event), headers }));
      await wend.settle();
    },
    /** What was sent to a person so far, oldest first. */
    messagesTo: async (userId: string): Promise<readonly Message[]> => {
      await wend.settle();
      return (await messages()).filter((message) => message.userId === userId).reverse();
    },
    /** Events on the bus, oldest first. */
    onBus: async (detailType: string): Promise<readonly BusEvent[]> => {
      await wend.settle();
      return z
        .object({ events: z.array(busEventSchema) })
        .parse(okay(await wend.get('/_local/bus')).body)
        .events.filter((event) => event['detail-type'] === detailType)
        .reverse();
    },
    /** Work for people that is open. */
    openTasks,
    done: async (taskId: string, outcome: string): Promise<void> => {
      okay(await wend.post(`/v1/tasks/${encodeURIComponent(taskId)}/done`, { outcome }));
      await wend.settle();
    },
    /** What one person sees in one placement: the content of its first item, or null. */
    sees: async (
      userId: string,
      placement: string,
      rest: object = {},
    ): Promise<Record<string, unknown> | null> => {
      await wend.settle();
      const answer = await wend.decide({ userId, placements: [placement], ...rest });
      const content = answer.placements[placement]?.items[0]?.content;
      return content === undefined ? null : z.record(z.string(), z.unknown()).parse(content);
    },
    /** Holds an order; `rest` says of what. */
    hold: (orderId: string, userId: string, rest: object): Promise<Answer> =>
      moveOrder('', { orderId, userId, ...rest }),
    commit: (orderId: string): Promise<Answer> => moveOrder(`/${orderId}/commit`, {}),
    cancel: (orderId: string): Promise<Answer> => moveOrder(`/${orderId}/cancel`, {}),
    /** The journeys that they are in, then those that ended. */
    journeysOf: async (userId: string) => (await visitor(userId)).journeys,
    /** Offers granted to a person that are theirs to use. */
    heldGrants: async (userId: string): Promise<Grants> => heldIn(await visitor(userId)),
    /** Who of many people holds a grant of an offer. */
    holders: async (userIds: readonly string[], offerId: string): Promise<readonly string[]> => {
      await wend.settle();
      const holding: string[] = [];
      for (const userId of userIds) {
        const held = heldIn(await wend.visitor(`user:${userId}`));
        if (held.some((grant) => grant.offerId === offerId)) holding.push(userId);
      }
      return holding;
    },
    /** All of them, over or not. */
    grantsOf: async (userId: string): Promise<Grants> => (await visitor(userId)).grants,
    /** A person's story in few words, oldest first: what began and ended, was said, given and asked of people. */
    story: async (userId: string): Promise<readonly string[]> => {
      await wend.settle();
      const path = `/v1/visitors/${encodeURIComponent(`user:${userId}`)}/timeline?limit=100`;
      const { items } = timelineAnswerSchema.parse(okay(await wend.get(path)).body);
      return items
        .filter(({ kind }) => STORY.has(kind))
        .map((item) => {
          const { kind, what, problemId, offerId, queue, journeyId, stepId } = item;
          const subject = problemId ?? offerId ?? queue ?? (kind === 'message' ? stepId : journeyId);
          return `${kind} ${String(what)}: ${String(subject)}`;
        })
        .filter((line) => !line.startsWith('journey step'))
        .reverse();
    },
  };
};

type Scenario = ReturnType<typeof scenario>;

/** Brings people into a journey, one after the other; whether its holdout has them hangs on their ids. */
async function* entrants(
  wend: Scenario,
  journeyId: string,
  prefix: string,
  enter: (userId: string) => Promise<void>,
): AsyncGenerator<{ readonly userId: string; readonly heldOut: boolean }> {
  for (let number = 1; number <= 100; number += 1) {
    const userId = `${prefix}-${number}`;
    await enter(userId);
    const found = (await wend.journeysOf(userId)).find((journey) => journey.journeyId === journeyId);
    if (found === undefined) throw new Error(`${userId} is not in ${journeyId}`);
    yield { userId, heldOut: found.holdout };
  }
}

/**
 * The first of many people whom a journey's holdout leaves in.
 *
 * @param enter - brings a person into the journey
 */
export const oneTreated = async (...of: Parameters<typeof entrants>): Promise<string> => {
  for await (const { userId, heldOut } of entrants(...of)) if (!heldOut) return userId;
  throw new Error('of 100 people none was treated');
};

/**
 * The first of many people who is in a journey's holdout, and the first who is not.
 *
 * @param enter - brings a person into the journey
 */
export const oneOfEach = async (
  ...of: Parameters<typeof entrants>
): Promise<{ readonly treated: string; readonly heldOut: string }> => {
  let treated: string | undefined;
  let heldOut: string | undefined;
  for await (const entrant of entrants(...of)) {
    if (entrant.heldOut) heldOut ??= entrant.userId;
    else treated ??= entrant.userId;
    if (treated !== undefined && heldOut !== undefined) return { treated, heldOut };
  }
  throw new Error(`of 100 people none was ${treated === undefined ? 'treated' : 'held out'}`);
};

const run = promisify(execFile);

/**
 * Runs the shell examples of a recipe's README against a service, as a reader would: in one shell, in their order.
 * What starts and publishes is left out, since the service runs with the recipe already.
 *
 * @returns what they print
 * @throws where one of them fails
 */
export const runReadme = async (recipe: string, url: string): Promise<string> => {
  const text = await readFile(`${recipePath(recipe)}/README.md`, 'utf8');
  const script = [...text.matchAll(/```sh\n([\s\S]*?)```/g)]
    .map(([, block]) => block ?? '')
    .join('\n')
    .split('\n')
    .filter((line) => !/^(?:npm|npx) /.test(line))
    .join('\n')
    .replaceAll('http://127.0.0.1:8787', url);
  // Every call of the examples has to succeed, not the last alone.
  const strict = `set -euo pipefail\ncurl() { command curl --silent --show-error --fail-with-body "$@"; echo; }\n`;
  const { stdout } = await run('bash', ['-c', strict + script]);
  return stdout;
};
