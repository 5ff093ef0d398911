import { setTimeout as sleep } from 'node:timers/promises';
import { readCatalog } from '../../lib/adapters/catalog-files/read-catalog.ts';
import { tasksAnswerSchema } from '../../lib/contracts/http/tasks.ts';
import { timelineAnswerSchema } from '../../lib/contracts/http/visitor-answer.ts';
import { type Answer, clientOf } from '../contract/client.ts';
import { deployed } from '../contract/deployed.ts';

const target = () => {
  if (deployed === undefined) throw new Error('nothing is deployed: run `npm run test:deploy`');
  return deployed;
};

const okay = (answer: Answer): Answer => {
  if (answer.status >= 300) throw new Error(`${answer.status}: ${answer.text.slice(0, 2000)}`);
  return answer;
};

/** A real timer fires within the scheduler's precision; an emulated one within its ticks of ten seconds. */
const PATIENCE_MS = 45_000;

/**
 * Looks again and again until it sees what it waits for.
 *
 * @param patience - milliseconds
 * @throws Error with what was seen last
 */
export const until = async <T>(
  look: () => Promise<T>,
  found: (seen: T) => boolean,
  patience = PATIENCE_MS,
): Promise<T> => {
  const deadline = Date.now() + patience;
  for (;;) {
    const seen = await look();
    if (found(seen)) return seen;
    if (Date.now() > deadline) throw new Error(`not in time; seen last: ${JSON.stringify(seen)}`);
    await sleep(250);
  }
};

/** Some time ago. */
export const secondsAgo = (seconds: number): string => new Date(Date.now() - seconds * 1000).toISOString();

const isSettings = (definition: object): boolean => 'kind' in definition && definition.kind === 'settings';

/** Recipes as they ship, in one catalog; of their settings, of which it has one, the first recipe's. */
export const recipes = async (names: readonly string[]): Promise<readonly object[]> => {
  const all: object[] = [];
  for (const name of names) {
    const files = await readCatalog(`catalog/recipes/${name}`);
    if (!files.ok) throw new Error(`the recipe ${name} can't be read`);
    const isSettled = all.some(isSettings);
    all.push(...files.definitions.filter((definition) => !isSettled || !isSettings(definition)));
  }
  return all;
};

const wend = clientOf(() => target().url);

/** What happened to a person, newest first. */
const story = async (userId: string) => {
  const path = `/v1/visitors/${encodeURIComponent(`user:${userId}`)}/timeline?limit=100`;
  return timelineAnswerSchema.parse(okay(await wend.get(path)).body).items;
};

let sent = 0;

/** The service that is deployed, as shops and agents use it. */
export const deployment = {
  ...wend,
  url: () => target().url,
  /** A business event (CloudEvents). */
  happens: async (type: string, subject: string, data: object, time: string): Promise<void> => {
    sent += 1;
    const event = {
      specversion: '1.0',
      id: `d-${Date.now()}-${sent}`,
      source: 'test',
      type,
      subject,
      time,
      data,
    };
    const headers = { 'content-type': 'application/cloudevents+json' };
    okay(await wend.send('POST', '/v1/events', { raw: JSON.stringify(event), headers }));
  },
  /** What one person sees in one placement: the content of its first item. */
  sees: async (userId: string, placement: string): Promise<unknown> =>
    (await wend.decide({ userId, placements: [placement] })).placements[placement]?.items[0]?.content,
  /** Summaries of the work for people that is open in a queue. */
  tasks: async (queue: string): Promise<readonly string[]> => {
    const { tasks } = tasksAnswerSchema.parse(okay(await wend.get('/v1/tasks?limit=100')).body);
    return tasks.filter((task) => task.queue === queue).map(({ summary }) => summary);
  },
  /** What was said to a person: the steps of their journeys that asked for a message. */
  messagesTo: async (userId: string): Promise<readonly string[]> =>
    (await story(userId)).filter(({ kind }) => kind === 'message').map(({ stepId }) => String(stepId)),
  story,
};
