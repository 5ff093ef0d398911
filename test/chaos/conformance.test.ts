import { GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createCounterReader } from '../../lib/adapters/dynamodb/counter-reader.ts';
import { createCounterWriter } from '../../lib/adapters/dynamodb/counter-writer.ts';
import { createDeliveryLog } from '../../lib/adapters/dynamodb/delivery-log.ts';
import { createDueReader } from '../../lib/adapters/dynamodb/due-reader.ts';
import { createExhaustedStore } from '../../lib/adapters/dynamodb/exhausted-store.ts';
import { createRedemptionStore } from '../../lib/adapters/dynamodb/redemption-store.ts';
import { createTaskStore } from '../../lib/adapters/dynamodb/task-store.ts';
import { createTimelineReader } from '../../lib/adapters/dynamodb/timeline-reader.ts';
import { createTimelineWriter } from '../../lib/adapters/dynamodb/timeline-writer.ts';
import { createVisitorStore } from '../../lib/adapters/dynamodb/visitor-store.ts';
import type { TimelineEffect } from '../../lib/domain/effect/effect.ts';
import { shape } from '../../lib/domain/redemption/cap.ts';
import type { Redemption } from '../../lib/domain/redemption/redemption.ts';
import { claimTask, finishTask, openTask } from '../../lib/domain/task/task.ts';
import { STRANGER } from '../../lib/domain/visitor/state.ts';
import { TABLE_NAMES } from '../../local/store/tables.ts';
import { startEmbeddedStore, type TestStore } from '../embedded-store.ts';
import { DAY, HOUR, MINUTE } from '../unit/journey/life.ts';
import { Chance } from './chance.ts';
import { live } from './life-of-a-seed.ts';
import { askBoth, type Both } from './memory/both.ts';
import { START } from './scenario.ts';
import { clientAt, emptied } from './stores.ts';

let store: TestStore;

beforeAll(async () => {
  store = await startEmbeddedStore();
});

afterAll(async () => {
  await store.stop();
});

const bothEmpty = async (): Promise<Both> => {
  await emptied(store.endpoint);
  return askBoth(store.endpoint);
};

const { log, visitors } = TABLE_NAMES;

/** Wend's adapters, over both stores. */
const adaptersOf = ({ clientOf }: Both, chance: Chance) => {
  const client = clientOf((_command, input, send) => send(input));
  const pauses = { pause: async () => {}, random: () => chance.next() };
  return {
    visitors: createVisitorStore({ client, table: visitors }),
    due: createDueReader(client, visitors),
    deliveries: createDeliveryLog(client, log),
    counters: createCounterWriter(client, log, pauses),
    counts: createCounterReader(client, log),
    timeline: createTimelineWriter(client, log, pauses),
    story: createTimelineReader(client, log),
    tasks: createTaskStore(client, log),
    orders: createRedemptionStore(client, log),
    exhausted: createExhaustedStore(client, log),
  };
};

type Adapters = ReturnType<typeof adaptersOf>;

const commit = async (
  { visitors: store }: Adapters,
  visitorId: string,
  due: number | null,
  chance: Chance,
) => {
  const stored = (await store.read([visitorId])).get(visitorId);
  if (stored === undefined || stored.kind === 'linked') return;
  // Now and then somebody else was faster.
  const version = chance.happens(0.3) ? (stored.version ?? 0) + 7 : stored.version;
  await store.commit({
    person: {
      visitorId,
      version,
      ordersVersion: stored.ordersVersion,
      visitor: STRANGER,
      writesOrders: chance.happens(0.5),
      effects: [],
      due,
    },
    at: START,
    links: [],
    anonymousRetentionMs: DAY,
  });
};

/** One thing that any of the functions might do. */
const act = async (adapters: Adapters, chance: Chance): Promise<void> => {
  const visitorId = `v${chance.below(4)}`;
  const at = START + chance.below(5) * HOUR;
  const name = { visitorId, messageId: `m${chance.below(3)}` };
  const taskId = `t${chance.below(5)}`;
  const { tasks, deliveries, timeline, story } = adapters;
  const stored = async () => tasks.read(taskId);
  const moves: readonly (() => Promise<unknown>)[] = [
    () => commit(adapters, visitorId, chance.of(null, at), chance),
    async () => {
      for await (const _ of adapters.due(START - HOUR, at));
    },
    () => adapters.visitors.putMarks(visitorId, [[`mark${chance.below(3)}`, at]]),
    () => adapters.visitors.readMarks([[visitorId, at]], ['mark0', 'mark1', 'mark2']),
    () => adapters.visitors.mergeAccount('acme', { plan: chance.below(3) }, { at, tie: '' }),
    () => deliveries.claim(name, at, 30_000),
    () => deliveries.settle(name, 1, { outcome: 'delivered', reason: null, at }),
    () => deliveries.settle(name, 2, { outcome: 'refused', reason: 'no-address', at }),
    () => deliveries.release(name, chance.of(1, 2)),
    () => adapters.counters({ visitorId, version: chance.below(4), at, effects: COUNTS }),
    () => adapters.counts('journeys/a'),
    () => timeline.put(visitorId, [lineAt(at, chance), lineAt(at + MINUTE, chance)], at),
    async () => {
      const first = await story(visitorId, null, 2);
      await story(visitorId, first.entries.at(-1)?.key ?? null, 2);
    },
    () => tasks.open(openTask({ ...TASK, taskId }, visitorId, at)),
    () => tasks.forestall(taskId, at),
    async () => {
      const task = await stored();
      if (task === null) return;
      const move = chance.happens(0.5) ? claimTask(task.task, 'x', at) : finishTask(task.task, 'yes', at);
      const version = chance.happens(0.3) ? task.version - 1 : task.version;
      if ('task' in move) await tasks.change({ ...task, version }, move.task);
    },
    async () => {
      const query = { statuses: ['open', 'claimed', 'done'], limit: 2 } as const;
      const order = chance.of('oldest', 'newest');
      const { next } = await tasks.list({ ...query, order });
      if (next !== null) await tasks.list({ ...query, order, after: next, queue: 'q' });
    },
    () => tasks.listOwing(2),
    () => moveLedger(adapters, visitorId, at, chance),
    () => moveLedger(adapters, visitorId, at, chance),
    async () => {
      for await (const _ of adapters.orders.findOverdue(at));
    },
    () =>
      adapters.exhausted.note(chance.of([], [{ ...EXHAUSTED, left: chance.below(3) }]), chance.of([], ['o'])),
  ];
  await moves[chance.below(moves.length)]?.();
};

/** Takes of a cap and of a person's uses, or gives back, now and then by what is not so any more. */
const moveLedger = async (
  { orders }: Adapters,
  visitorId: string,
  at: number,
  chance: Chance,
): Promise<void> => {
  const orderId = `o${chance.below(3)}`;
  const before = await orders.read(orderId);
  const cap = { capId: 'o/total', limit: chance.of(3, 4), parts: chance.of(1, 2) };
  const parts = await orders.readCap(cap.capId);
  if (chance.happens(0.3)) await orders.reshape(cap, parts, shape(cap, parts));
  const [own, ...others] = await orders.readPerson([visitorId, 'v8', 'v9'].slice(chance.below(2)), 'o');
  if (own === undefined) return;
  const taken = { capId: cap.capId, part: chance.below(2), amount: chance.of(1, 2) };
  const isTake = chance.happens(0.6);
  await orders.write({
    before: chance.happens(0.2) ? null : before,
    after: { ...ORDER, orderId, visitorId, heldAt: chance.of(at, before?.redemption.heldAt ?? at) },
    takes: isTake ? [{ ...taken, limit: cap.limit }] : [],
    gives: isTake ? [] : [taken],
    personTakes: isTake ? [own] : [],
    personChecks: isTake ? others : [],
    personGives: isTake ? [] : [own],
  });
};

const EXHAUSTED = { offerId: 'o', limit: 'total', of: 3, at: START } as const;

const ORDER: Omit<Redemption, 'orderId' | 'visitorId' | 'heldAt'> = {
  status: 'held',
  expiresAt: START + HOUR,
  committedAt: null,
  endedAt: null,
  cart: null,
  holds: [],
  refunds: [],
  owed: [],
};

const COUNTS = [
  { kind: 'count', counter: 'journeys/a/entered', add: 1 },
  { kind: 'count', counter: 'journeys/a/treated/ended', add: 2 },
  { kind: 'count', counter: 'journeys/b/entered', add: 1 },
] as const;

const TASK = {
  kind: 'task',
  what: 'open',
  queue: 'q',
  summary: '',
  outcomes: ['yes', 'no'],
  dueAt: null,
  journeyId: 'j',
  stepId: 's',
  run: 'r',
} as const;

const lineAt = (at: number, chance: Chance): TimelineEffect => ({
  kind: 'timeline',
  id: `l${chance.below(9)}`,
  at,
  entry: { kind: 'timer', what: 'set', due: at },
});

describe('the store in memory', () => {
  it('answers what the real one does, whatever the functions ask for', { timeout: 300_000 }, async () => {
    const commands = new Set<string>();
    for (const [seed, manner] of [
      [1, 'undisturbed'],
      [2, 'disturbed'],
      [3, 'chaotic'],
      [5, 'chaotic'],
    ] as const) {
      const both = await bothEmpty();
      await live({ clientOf: both.clientOf, log: async () => [] }, seed, manner);
      expect(both.differences, `seed ${seed}`).toEqual([]);
      for (const command of both.asked.keys()) commands.add(command);
    }
    expect(commands.size).toBe(7);
  });

  it('answers what the real one does, whatever else its adapters ask for', {
    timeout: 300_000,
  }, async () => {
    for (let seed = 1; seed <= 4; seed++) {
      const both = await bothEmpty();
      const chance = new Chance(seed);
      const adapters = adaptersOf(both, chance);
      for (let count = 0; count < 150; count++) await act(adapters, chance);
      expect(both.differences, `seed ${seed}`).toEqual([]);
    }
  });

  it('would be seen to differ', async () => {
    const both = await bothEmpty();
    const item = { pk: { S: 'v' }, sk: { S: 'S#' }, st: { S: 'sent' } };
    await clientAt(store.endpoint).send(new PutItemCommand({ TableName: log, Item: item }));
    await both
      .clientOf((_command, input, send) => send(input))
      .send(new GetItemCommand({ TableName: log, Key: { pk: item.pk, sk: item.sk } }));
    expect(both.differences).toHaveLength(1);
  });
});
