import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { readRees46Calls } from '../../../cli/events/read-events.ts';
import { totalsByVisitor } from '../../../cli/replay/expected.ts';
import { readBack } from '../../../cli/replay/read-back.ts';
import { sendEvents } from '../../../cli/replay/send.ts';
import { bySession, shiftTo } from '../../../cli/replay/shift.ts';
import { clientOf } from '../../contract/client.ts';
import {
  endScripts,
  removeTemporaryDirectories,
  startScript,
  temporaryDirectory,
  until,
} from '../local/helpers.ts';

afterAll(() => {
  endScripts();
  removeTemporaryDirectories();
});

/** Each order is thanked for twenty minutes after it; two others only wait, one for longer than a queue can hold back. */
const CATALOG = [
  { kind: 'settings', id: 'settings', currency: 'USD' },
  ...(
    [
      ['thanks', 'Order Completed', 'PT20M', 'event.properties.order_id'],
      ['hurry', 'Hurried', 'PT4S', undefined],
      ['patience', 'Waited', 'PT20M', undefined],
    ] as const
  ).map(([id, on, wait, key]) => ({
    kind: 'journey',
    id,
    enter: { on, ...(key === undefined ? {} : { key }) },
    steps: [
      { id: 'wait', wait: { for: wait } },
      {
        id: 'say',
        message: { channel: 'push', topic: id, content: { about: '{{ event.properties.order_id }}' } },
      },
    ],
  })),
];

const messagesSchema = z.object({
  messages: z.array(
    z.object({ messageId: z.string(), topic: z.string(), content: z.object({ about: z.string() }) }),
  ),
});

/** The service as people start it, on one data directory however often it is killed. */
const serviceOn = (directory: string) => {
  const start = async () => {
    const script = startScript('local/start.ts', { PORT: '0', WEND_DATA_DIR: directory });
    const greeted = (): string | undefined => /Wend runs at (\S+)/.exec(script.stdout())?.[1];
    await until(() => greeted() !== undefined, 60_000);
    const url = greeted() ?? '';
    const client = clientOf(() => url);
    return {
      target: { url, key: 'sk_local' },
      client,
      kill: async (): Promise<void> => {
        script.process.kill('SIGKILL');
        expect((await script.ended).signal).toBe('SIGKILL');
      },
      stop: async (): Promise<void> => {
        script.process.kill('SIGTERM');
        expect((await script.ended).code).toBe(0);
      },
      messagesOf: async (topic: string): Promise<readonly string[]> => {
        const { body } = await client.get('/_local/messages');
        const { messages } = messagesSchema.parse(body);
        return messages.filter((message) => message.topic === topic).map(({ content }) => content.about);
      },
    };
  };
  return { start };
};

const quietly = (): void => undefined;

describe('a shop’s traffic, of all who had a cart or an order, while the service is killed with -9', () => {
  it('loses nothing that was answered, counts nothing twice, and fires what fell due while it was down', async () => {
    const recorded = await readRees46Calls('catalog/data/rees46-2019-oct-head.csv.br');
    const buyers = totalsByVisitor(recorded).filter(({ carts, orders }) => carts + orders > 0);
    const names = new Set(buyers.map(({ userId }) => userId));
    const theirs = bySession(recorded.filter(({ userId }) => names.has(userId)));
    const { start } = serviceOn(temporaryDirectory());

    // Killed the moment that all is answered, and hardly anything of it applied: nobody sends it again.
    const first = await start();
    await first.client.publish(CATALOG);
    const early = new Set(buyers.slice(0, 60).map(({ userId }) => userId));
    const sent = theirs.filter(({ userId }) => early.has(userId));
    await sendEvents(shiftTo(sent, Date.now()), first.target, quietly);
    await first.kill();
    const second = await start();
    await readBack(
      second.target,
      buyers.filter(({ userId }) => early.has(userId)),
      quietly,
    );

    // Killed in the middle of a request: the shop does not know what of it was taken.
    const interrupted = sendEvents(shiftTo(theirs, Date.now()), second.target, quietly).then(
      () => 'all was sent',
      () => 'interrupted',
    );
    await pause(400);
    await second.kill();
    expect(await interrupted).toBe('interrupted');

    // Two timers fall due while nothing runs: a message that its queue holds back, and a schedule.
    const third = await start();
    await third.client.track('Waited', { userId: 'patient' });
    await third.client.advance('PT19M55S');
    await third.client.track('Hurried', { userId: 'hasty' });
    await third.client.settle();
    const waiting = [await third.messagesOf('hurry'), await third.messagesOf('patience')];
    await third.kill();
    expect(waiting).toEqual([[], []]);
    await pause(6_000);
    const fourth = await start();
    await until(async () => (await fourth.messagesOf('hurry')).length === 1);
    await until(async () => (await fourth.messagesOf('patience')).length === 1);

    // Whoever starts the replay again sends all of it, with new times.
    await sendEvents(shiftTo(theirs, Date.now()), fourth.target, quietly);
    const known = await readBack(fourth.target, buyers, quietly);
    const sum = (of: (one: (typeof known)[number]) => number): number =>
      known.reduce((total, one) => total + of(one), 0);
    expect({
      events: sum(({ events }) => Object.values(events).reduce((total, { count }) => total + count, 0)),
      carts: sum(({ carts }) => carts),
      orders: sum(({ orders }) => orders),
      revenue: sum(({ revenue }) => revenue),
    }).toEqual({ events: theirs.length, carts: 118, orders: 214, revenue: 5_944_263 });

    await fourth.client.advance('PT21M');
    const orders = theirs.flatMap(({ event, properties }) =>
      event === 'Order Completed' ? [String(properties.order_id)] : [],
    );
    expect([...(await fourth.messagesOf('thanks'))].sort()).toEqual([...orders].sort());
    expect(await fourth.messagesOf('hurry')).toHaveLength(1);
    expect(await fourth.messagesOf('patience')).toHaveLength(1);
    await fourth.stop();
  }, 180_000);
});
