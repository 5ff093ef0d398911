import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { unpack } from '../../../lib/adapters/dynamodb/blob.ts';
import { dueAtOf, duePartitions } from '../../../lib/adapters/dynamodb/due-index.ts';
import { stateKey } from '../../../lib/adapters/dynamodb/visitor-items.ts';
import type { Effect } from '../../../lib/domain/effect/effect.ts';
import type { StoredVisitor, VisitorCommit } from '../../../lib/domain/visitor/visitor-store.ts';
import { TABLE_NAMES } from '../../../local/store/tables.ts';
import { event, visitorOf } from '../../unit/visitor/people.ts';
import { NOW, startWorld, type World } from './world.ts';

let world: World;

beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

const timer: Effect = { kind: 'timer', due: NOW + 60_000, generation: 1, spread: false };
const visitor = visitorOf([event({ messageId: 'm' })]);

const commitOf = (
  visitorId: string,
  version: number | null,
  wanted: Pick<VisitorCommit['person'], 'effects' | 'due'>,
  writesOrders = false,
): VisitorCommit => ({
  person: { visitorId, version, ordersVersion: null, visitor, writesOrders, ...wanted },
  at: NOW,
  links: [],
  anonymousRetentionMs: 1_000_000,
});

const itemOf = async (visitorId: string) =>
  (
    await world.client.send(
      new GetItemCommand({ TableName: TABLE_NAMES.visitors, Key: stateKey(visitorId), ConsistentRead: true }),
    )
  ).Item ?? {};

const effectsIn = async (visitorId: string): Promise<unknown> => {
  const packed = (await itemOf(visitorId)).e?.B;
  return packed === undefined ? null : unpack(packed);
};

describe('effects of a commit', () => {
  it('are written in the one request that writes the state', async () => {
    world.requests.length = 0;
    await world.store.commit(commitOf('v-one', null, { effects: [timer], due: null }));
    expect(world.requests).toEqual(['PutItem']);
    expect(await effectsIn('v-one')).toEqual({ visitorId: 'v-one', version: 1, at: NOW, effects: [timer] });
  });

  it('are written with state and orders in one transaction', async () => {
    await world.store.commit(commitOf('v-orders', null, { effects: [timer], due: null }, true));
    expect(await effectsIn('v-orders')).toMatchObject({ version: 1, effects: [timer] });
  });

  it('are gone with the next commit, which may want nothing', async () => {
    await world.store.commit(commitOf('v-next', null, { effects: [timer], due: null }));
    await world.store.commit(commitOf('v-next', 1, { effects: [], due: null }));
    expect(await effectsIn('v-next')).toBe(null);
  });

  it('are not there where the commit lost the race', async () => {
    await world.store.commit(commitOf('v-lost', null, { effects: [], due: null }));
    const outcome = await world.store.commit(commitOf('v-lost', null, { effects: [timer], due: NOW }));
    expect(outcome).toBe('conflict');
    expect(await itemOf('v-lost')).not.toHaveProperty('e');
    expect(await itemOf('v-lost')).not.toHaveProperty('dueAt');
  });

  it('are nothing that a reader of the visitor sees', async () => {
    await world.store.commit(commitOf('v-read', null, { effects: [timer], due: NOW }));
    await world.store.commit(commitOf('v-plain', null, { effects: [], due: null }));
    const read = async (id: string): Promise<StoredVisitor | undefined> =>
      (await world.store.read([id])).get(id);
    expect(await read('v-read')).toEqual({ ...(await read('v-plain')), visitorId: 'v-read' });
  });
});

describe('what is due of a visitor', () => {
  it('puts them into the index by the hour, and the next commit takes them out again', async () => {
    const due = Date.UTC(2026, 6, 1, 9, 30);
    await world.store.commit(commitOf('v-due', null, { effects: [], due }));
    const item = await itemOf('v-due');
    expect(item.dueHour?.S).toMatch(/^2026-07-01T09#([0-9]|1[0-5])$/);
    expect(item.dueAt).toEqual({ S: dueAtOf(due) });
    expect(duePartitions(due, due)).toContain(item.dueHour?.S);
    await world.store.commit(commitOf('v-due', 1, { effects: [], due: null }));
    expect(await itemOf('v-due')).not.toHaveProperty('dueHour');
  });
});
