import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createExhaustedStore } from '../../../lib/adapters/dynamodb/exhausted-store.ts';
import type { ExhaustedCap } from '../../../lib/contracts/control.ts';
import { TABLE_NAMES } from '../../../local/store/tables.ts';
import { startEmbeddedStore, type TestStore } from '../../embedded-store.ts';
import { NOW } from './world.ts';

let store: TestStore;
let client: DynamoDBClient;
const puts: string[] = [];

beforeAll(async () => {
  store = await startEmbeddedStore();
  client = new DynamoDBClient({ endpoint: store.endpoint });
  client.middlewareStack.add(
    (next, { commandName }) =>
      (request) => {
        if (commandName === 'PutItemCommand') puts.push(commandName);
        return next(request);
      },
    { step: 'build' },
  );
});

afterAll(async () => {
  client.destroy();
  await store.stop();
});

const found = (rest: Partial<ExhaustedCap> = {}): ExhaustedCap => ({
  offerId: 'c',
  limit: 'total',
  of: 40,
  left: 0,
  at: NOW,
  ...rest,
});

describe('the digest of exhausted caps in the store', () => {
  it('is written once by hundreds who find the same, each try at most once', async () => {
    const { note } = createExhaustedStore(client, TABLE_NAMES.log);
    await Promise.all(Array.from({ length: 40 }, (_, n) => note([found({ at: NOW + n })], [])));
    expect(puts.length).toBeLessThanOrEqual(40);
    const written = puts.length;
    for (let n = 0; n < 5; n++) await note([found({ at: NOW + n })], []);
    expect(puts).toHaveLength(written);
  });

  it('is written again for what is new of it, and where it is given back', async () => {
    const { note } = createExhaustedStore(client, TABLE_NAMES.log);
    const writesOf = async (...told: Parameters<typeof note>): Promise<number> => {
      const before = puts.length;
      await note(...told);
      return puts.length - before;
    };
    expect(await writesOf([found()], ['c'])).toBe(1);
    expect(await writesOf([found({ at: NOW + 3 * 60_000 })], [])).toBe(1);
    expect(await writesOf([found({ limit: 'budget', of: 900 })], [])).toBe(1);
    expect(await writesOf([found({ limit: 'budget', of: 900, left: 7 })], [])).toBe(1);
    expect(await writesOf([], ['other'])).toBe(0);
    expect(await writesOf([], ['c'])).toBe(1);
    expect(await writesOf([], ['c'])).toBe(0);
  });
});
