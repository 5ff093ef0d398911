import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import * as z from 'zod';
import { type LocalServiceThread, startLocalService } from '../../local/service-thread.ts';
import { row, shown, timingOf } from '../timing.ts';
import { BEGIN, LOOKED_AT, runningDefinitions, WELCOMED } from './catalog.ts';
import { FOLDED, RUNNING } from './react.ts';

/** The whole local service over HTTP: how many events a second take effect, and how soon a message is out. */

const people = 16;
const concurrency = 8;
/** Requests of one measurement. */
const singles = 160;
const batches = 40;
const messages = 80;
/** Between two looks at the messages, milliseconds. */
const look = 2;

const messagesSchema = z.object({ messages: z.array(z.object({ userId: z.string().nullish() })) });

interface Call {
  readonly type: 'track';
  readonly userId: string;
  readonly event: string;
  readonly messageId: string;
  readonly properties: object;
}

let sent = 0;

const callOf = (userId: string, event: string, properties: object = {}): Call => {
  sent += 1;
  const messageId = `00000000-0000-4000-8000-${String(sent).padStart(12, '0')}`;
  return {
    type: 'track',
    userId,
    event,
    messageId,
    properties: { sku: 'LIP-01', category: 'makeup.lipstick', price: 1299, ...properties },
  };
};

const statusOf = async ({ url }: LocalServiceThread, path: string, body: object): Promise<number> => {
  const answer = await fetch(`${url}${path}`, {
    method: 'POST',
    headers: { authorization: 'Bearer sk_local', 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  await answer.arrayBuffer();
  return answer.status;
};

const post = async (service: LocalServiceThread, path: string, body: object): Promise<void> => {
  const status = await statusOf(service, path, body);
  if (status !== 200) throw new Error(`${path} was answered ${status}`);
};

/** Waits until everything accepted has taken effect: on a busy machine longer than the service lets one request wait. */
const settle = async (service: LocalServiceThread): Promise<void> => {
  for (let tries = 0; tries < 5; tries++) {
    const status = await statusOf(service, '/_local/clock', { advance: 'PT0S' });
    if (status === 200) return;
    if (status !== 503) throw new Error(`the clock was answered ${status}`);
  }
  throw new Error('what was accepted does not come to an end');
};

const userOf = (running: number, index: number): string => `in-${running}-${index % people}`;

/** Events a second, from the first request until the last event has taken effect. */
const rateOf = async (
  service: LocalServiceThread,
  running: number,
  requests: number,
  folded: number,
): Promise<number> => {
  const start = performance.now();
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < requests) {
      const userId = userOf(running, next++);
      const batch = Array.from({ length: folded }, () => callOf(userId, LOOKED_AT));
      await post(service, '/v1/batch', { batch });
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  await settle(service);
  return (requests * folded * 1000) / (performance.now() - start);
};

/** From the request that brings a visitor in until their message is on the bus, milliseconds; one after the other. */
const latencies = async (service: LocalServiceThread, group: string): Promise<readonly number[]> => {
  const taken: number[] = [];
  for (let index = 0; index < messages; index++) {
    const userId = `${group}-${index}`;
    const start = performance.now();
    await post(service, '/v1/track', callOf(userId, WELCOMED, { text: 'Look around.' }));
    const accepted = performance.now();
    for (let isOut = false; !isOut; ) {
      await pause(look);
      const answer = await fetch(`${service.url}/_local/messages`);
      const [newest] = messagesSchema.parse(await answer.json()).messages;
      isOut = newest?.userId === userId;
      if (performance.now() - start > 10_000) throw new Error('a message does not come');
    }
    taken.push(performance.now() - accepted);
  }
  return taken;
};

const rowsOf = async (service: LocalServiceThread): Promise<readonly string[]> => {
  const rows: string[] = [];
  for (const running of RUNNING) {
    for (let index = 0; index < people; index++) {
      const begin = callOf(userOf(running, index), BEGIN, { errands: running });
      await post(service, '/v1/track', begin);
    }
    await settle(service);
    const single = await rateOf(service, running, singles, 1);
    const folded = await rateOf(service, running, batches, FOLDED);
    rows.push(row([`${running} running`, shown(single), shown(folded)]));
  }
  return rows;
};

/** Measures, half a minute, and gives the tables in Markdown. */
export const serviceTables = async (): Promise<string> => {
  const directory = await mkdtemp(join(tmpdir(), 'wend-bench-'));
  const catalog = join(directory, 'catalog.json');
  await writeFile(catalog, JSON.stringify(runningDefinitions(100)));
  const service = await startLocalService({ catalog });
  try {
    await latencies(service, 'warm');
    const { p50, p99 } = timingOf(await latencies(service, 'idle'));
    return [
      `**From event to message** on the idle local service, in memory: from the answer to \`POST /v1/track\` until the message stands on the bus, ${messages} visitors one after the other, looked for every ${look} ms: **${shown(p50)} ms** at p50, ${shown(p99)} ms at p99.`,
      '',
      '**Events through the whole local service** in memory, from the first HTTP request until the last event has taken effect with all that came of it (ingest, bus, queue, react, stream, effects, timeline and counters), in events/s:',
      '',
      row(['journeys', 'one event a request', `${FOLDED} events a request`]),
      row(['---', '---:', '---:']),
      ...(await rowsOf(service)),
    ].join('\n');
  } finally {
    await service.stop();
    await rm(directory, { recursive: true, force: true });
  }
};
