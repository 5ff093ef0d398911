import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createDueReader } from '../../../lib/adapters/dynamodb/due-reader.ts';
import { createVisitorStore } from '../../../lib/adapters/dynamodb/visitor-store.ts';
import { visitorIdOf } from '../../../lib/domain/identity/visitor-id.ts';
import { createSweep } from '../../../lib/service/sweep.ts';
import { TABLE_NAMES } from '../../../local/store/tables.ts';
import { memoryLogger } from '../../unit/service/sqs-batch.ts';
import { event, visitorOf } from '../../unit/visitor/people.ts';
import { type Store, startStore } from './log-table.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const MIDNIGHT = Date.UTC(2026, 5, 1);
const NOON = MIDNIGHT + 12 * HOUR;

let store: Store;
const versions = new Map<string, number>();
const visitor = visitorOf([event({ messageId: 'm' })]);

beforeAll(async () => {
  store = await startStore();
});
afterAll(() => store.stop());

/** Commits a visitor of whom something is due, or nothing. */
const commit = async (name: string, due: number | null): Promise<void> => {
  const visitors = createVisitorStore({ client: store.client, table: TABLE_NAMES.visitors });
  const version = versions.get(name) ?? null;
  await visitors.commit({
    person: {
      visitorId: visitorIdOf(name),
      version,
      ordersVersion: null,
      visitor,
      writesOrders: false,
      effects: [],
      due,
    },
    at: 0,
    links: [],
    anonymousRetentionMs: DAY,
  });
  versions.set(name, (version ?? 0) + 1);
};

beforeEach(async () => {
  for (const name of versions.keys()) await commit(name, null);
});

const sweepAt = async (at: number) => {
  const sent: (readonly [string, readonly object[]])[] = [];
  const sweep = createSweep({
    findDue: createDueReader(store.client, TABLE_NAMES.visitors),
    queues: { send: async (queue, messages) => void sent.push([queue, messages]) },
    now: () => at,
    logger: memoryLogger(),
  });
  await sweep();
  return {
    queues: new Set(sent.map(([queue]) => queue)),
    timers: sent.flatMap(([, messages]) => messages),
  };
};

const timer = (name: string, due: number) => ({ visitorId: visitorIdOf(name), due, generation: -1 });

describe('a sweep', () => {
  it('brings back whoever should have been heard of long ago, and nobody whose timer may still come', async () => {
    await commit('late', NOON - 2 * MINUTE);
    await commit('just', NOON - 2 * MINUTE + 1);
    await commit('later', NOON + HOUR);
    await commit('nothing', null);
    const { queues, timers } = await sweepAt(NOON);
    expect([...queues]).toEqual(['timers-due']);
    expect(timers).toEqual([timer('late', NOON - 2 * MINUTE)]);
  });

  it('finds nobody whose next commit had nothing due any more', async () => {
    await commit('done', NOON - HOUR);
    await commit('done', null);
    expect((await sweepAt(NOON)).timers).toEqual([]);
  });

  it('looks back for two hours', async () => {
    await commit('in time', NOON - 2 * HOUR);
    await commit('too late', NOON - 3 * HOUR - 1);
    expect((await sweepAt(NOON)).timers).toEqual([timer('in time', NOON - 2 * HOUR)]);
  });

  it('looks back for more than a day once an hour, and for two weeks once a day', async () => {
    const depths = new Map<number, number>();
    for (let at = MIDNIGHT; at < MIDNIGHT + DAY; at += 5 * MINUTE) {
      const sweep = createSweep({
        findDue: async function* (from) {
          depths.set(at - from, (depths.get(at - from) ?? 0) + 1);
          yield [];
        },
        queues: { send: async () => {} },
        now: () => at,
        logger: memoryLogger(),
      });
      await sweep();
    }
    expect(depths).toEqual(
      new Map([
        [2 * HOUR, 11 * 24],
        [26 * HOUR, 23],
        [14 * DAY, 1],
      ]),
    );
  });

  it('finds everybody of a herd, whatever shard they are in', async () => {
    const names = Array.from({ length: 200 }, (_, index) => `herd-${index}`);
    for (const name of names) await commit(name, NOON - HOUR);
    const { timers } = await sweepAt(NOON);
    expect(new Set(timers)).toEqual(new Set(names.map((name) => timer(name, NOON - HOUR))));
  });
});
