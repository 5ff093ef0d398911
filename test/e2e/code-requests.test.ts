import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { createControlStore } from '../../lib/adapters/dynamodb/control-store.ts';
import { createDecisionLog } from '../../lib/adapters/dynamodb/decision-log.ts';
import { codesAnswerSchema } from '../../lib/contracts/http/codes.ts';
import { decodeCatalog } from '../../lib/domain/catalog/codec.ts';
import { replay } from '../../lib/domain/decision/record.ts';
import { type LocalServiceThread, startLocalService } from '../../local/service-thread.ts';
import { TABLE_NAMES } from '../../local/store/tables.ts';
import { AK, clientOf, fresh, PK, percentOff } from '../contract/client.ts';
import { type CountingProxy, type SeenRequest, startCountingProxy } from './counting-proxy.ts';
import { type Handler, invoke, startDecide } from './decide-instance.ts';

let service: LocalServiceThread;
let store: CountingProxy;
let decide: Handler;
let codes: readonly string[] = [];

const client = clientOf(() => service.url);
const ADDRESS = '203.0.113.77';

const cart = (...typed: readonly string[]) => ({
  currency: 'EUR',
  lines: [{ id: 'l', sku: 'S', quantity: 1, unitPrice: 1000 }],
  codes: typed,
});

const ask = (typed: readonly string[], rest: object = {}, key = PK) =>
  invoke(decide, { anonymousId: fresh('a'), cart: cart(...typed), ...rest }, { key, sourceIp: ADDRESS });

/** What is in a request, without what is another in each: visitors, codes, hours. */
const shapeOf = ({ operation, body }: SeenRequest): string => {
  const { RequestItems } = z
    .looseObject({
      RequestItems: z.record(z.string(), z.looseObject({ Keys: z.array(z.unknown()) })).optional(),
    })
    .parse(JSON.parse(body));
  const keys = Object.values(RequestItems ?? {}).map(({ Keys }) => Keys.length);
  return `${operation} ${keys.join('+')}`.trim();
};

beforeAll(async () => {
  service = await startLocalService({ catalog: null });
  store = await startCountingProxy(service.storeUrl);
  await client.publish([
    percentOff('single', 10, { apply: 'code', codes: { prefix: 'W-', count: 100 } }),
    percentOff('other', 10, { apply: 'code', codes: { prefix: 'O-', count: 100 } }),
    percentOff('mine', 20, { apply: 'code', code: 'MINE', requiresGrant: true }),
    percentOff('dollars', 20, {
      apply: 'code',
      code: 'DOLLARS',
      reward: { type: 'amount', value: 1, currency: 'USD' },
    }),
  ]);
  const answer = await client.post('/v1/offers/single/codes', { count: 20 }, { key: AK });
  codes = codesAnswerSchema.parse(answer.body).codes;
  decide = await startDecide(store.url, service.busUrl, 60_000);
  await ask([]);
});
beforeEach(() => {
  store.take();
});
afterAll(async () => {
  await store?.stop();
  await service?.stop();
});

describe('a cart with codes', () => {
  it('is asked about in the one request of its decision, after the secret was read once', async () => {
    await ask([codes[0] ?? '']);
    expect(store.take().map(shapeOf)).toEqual(['GetItem', 'BatchGetItem 2+3', 'PutItem']);
    await ask(codes.slice(0, 3));
    expect(store.take().map(shapeOf)).toEqual(['BatchGetItem 2+5', 'PutItem']);
    await ask([], { userId: fresh('u') }, 'sk_local');
    expect(store.take().map(shapeOf)).toEqual(['BatchGetItem 4', 'PutItem']);
  });

  it('causes the same requests whether its code is unknown, used, of another offer, a grant or a currency', async () => {
    const used = codes[1] ?? '';
    const order = { orderId: fresh('o'), userId: fresh('u'), cart: cart(used) };
    expect((await client.post('/v1/redemptions', order)).status).toBe(201);
    const foreign = used.replace('W-', 'O-');
    for (const code of ['W-0000-0000-0000-0000', 'NO-SUCH', used, foreign, 'MINE', 'DOLLARS']) {
      store.take();
      const { warnings } = await ask([code]);
      expect(warnings).toEqual([{ code: 'CODE_UNKNOWN', message: `The code ${code} is not known.` }]);
      expect(store.take().map(shapeOf).sort(), code).toEqual(
        ['BatchGetItem 2+3', 'PutItem', 'UpdateItem', 'UpdateItem'].sort(),
      );
    }
  });

  it('counts a wrong code in a dry run, for the visitor alone where the key is secret', async () => {
    const options = { dryRun: true };
    await ask(['NO-SUCH'], { options });
    expect(store.take().map(shapeOf)).toEqual(['BatchGetItem 2+3', 'UpdateItem', 'UpdateItem']);
    await ask(['NO-SUCH'], { options }, 'sk_local');
    expect(store.take().map(shapeOf)).toEqual(['BatchGetItem 2+2', 'UpdateItem']);
    await ask([codes[2] ?? ''], { options });
    expect(store.take().map(shapeOf)).toEqual(['BatchGetItem 2+3']);
  });

  it('never sends an address, or a wrong code, to the store as it is', async () => {
    await ask(['Secret-Guess-1'], { options: { dryRun: true } });
    const sent = store
      .take()
      .map(({ body }) => body)
      .join('\n');
    expect(sent).not.toContain(ADDRESS);
    expect(sent.toUpperCase()).not.toContain('SECRET-GUESS-1');
    expect(sent.toUpperCase()).not.toContain('SECRETGUESS1');
  });

  it('is decided again from its record to the byte', async () => {
    const [free = '', used = ''] = codes.slice(3);
    await client.post('/v1/redemptions', { orderId: fresh('o'), userId: fresh('u'), cart: cart(used) });
    const guesser = { anonymousId: fresh('guesser') };
    const dynamo = new DynamoDBClient({
      endpoint: service.storeUrl,
      region: 'eu-central-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    });
    const asked: readonly [readonly string[], object, string][] = [
      [[free], {}, PK],
      [[used, 'MINE'], {}, PK],
      [[used, 'MINE'], {}, 'sk_local'],
      [[...Array.from({ length: 11 }, (_, n) => `GUESS-${n}`), free], guesser, 'sk_local'],
      [[free], guesser, 'sk_local'],
    ];
    for (const [typed, who, key] of asked) {
      const decision = await ask(typed, who, key);
      const record = await createDecisionLog(dynamo, TABLE_NAMES.log).get(decision.decisionId);
      if (record === null) throw new Error('there is no record');
      const bytes = await createControlStore(dynamo, TABLE_NAMES.log).loadVersion(record.catalogVersion);
      expect(JSON.parse(JSON.stringify(replay(record, decodeCatalog(bytes ?? new Uint8Array()))))).toEqual(
        decision,
      );
    }
    dynamo.destroy();
  });
});
