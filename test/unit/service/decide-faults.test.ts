import {
  BatchGetItemCommand,
  type BatchGetItemCommandInput,
  type BatchGetItemCommandOutput,
  DynamoDBClient,
  ProvisionedThroughputExceededException,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, it } from 'vitest';
import { createDecisionLog } from '../../../lib/adapters/dynamodb/decision-log.ts';
import { createDecisionReader } from '../../../lib/adapters/dynamodb/decision-reader.ts';
import { createGuessCounter } from '../../../lib/adapters/dynamodb/guess-counter.ts';
import {
  accountKey,
  linkItem,
  ordersKey,
  stateItem,
  stateKey,
} from '../../../lib/adapters/dynamodb/visitor-items.ts';
import type { KeyRecord } from '../../../lib/contracts/control.ts';
import type { DecideRequest } from '../../../lib/contracts/http/decide.ts';
import { anonymousKey, userKey, visitorIdOf } from '../../../lib/domain/identity/visitor-id.ts';
import type { BusEntry } from '../../../lib/domain/visitor/event-bus.ts';
import { STRANGER, type VisitorState } from '../../../lib/domain/visitor/state.ts';
import { Unavailable } from '../../../lib/runtime/errors.ts';
import { createCodeDesk } from '../../../lib/service/codes/code-desk.ts';
import { createControlPlane } from '../../../lib/service/control-plane.ts';
import { createDecider } from '../../../lib/service/decide.ts';
import { catalogOf, definitionsOf } from '../catalog/support.ts';

const NOW = Date.UTC(2026, 10, 22);
const VISITORS = 'visitors';
const LOG = 'log';
const SECRET = Buffer.alloc(32, 5);
const CALLER: KeyRecord = { id: 'sk', kind: 'secret' };

const catalog = catalogOf(
  definitionsOf([
    { kind: 'experience', id: 'sale', placement: 'hero', intent: 'sell', priority: 9, content: 'Buy' },
    {
      kind: 'experience',
      id: 'sell-default',
      placement: 'hero',
      intent: 'sell',
      default: true,
      content: 'Shop',
    },
    {
      kind: 'experience',
      id: 'default',
      placement: 'hero',
      default: true,
      variants: [
        { id: 'a', weight: 50, content: 'Welcome' },
        { id: 'b', weight: 50, content: 'Hello' },
      ],
    },
    { kind: 'offer', id: 'ten', reward: { type: 'percentage', value: 10 }, until: '2027-01-01T00:00:00Z' },
  ]),
);

type Item = NonNullable<BatchGetItemCommandOutput['Responses']>[string][number];

const addressOf = (item: Item): string => `${item['pk']?.S} ${item['sk']?.S}`;

const dynamo = mockClient(DynamoDBClient);
let stored: readonly Item[] = [];
let degraded: string[] = [];
let entries: BusEntry[] = [];
let busWorks = true;
let catalogWorks = true;

/** Answers a BatchGetItem from `stored`, but for the items that are throttled. */
const answerBut =
  (throttled: readonly Item[]) =>
  (input: BatchGetItemCommandInput): BatchGetItemCommandOutput => {
    const refused = new Set(throttled.map(addressOf));
    const items = new Map(stored.map((item) => [addressOf(item), item]));
    const found: Record<string, Item[]> = {};
    const left: Record<string, { Keys: Item[] }> = {};
    for (const [table, { Keys = [] }] of Object.entries(input.RequestItems ?? {})) {
      const wanted = Keys.filter((key) => !refused.has(addressOf(key)));
      found[table] = wanted.map((key) => items.get(addressOf(key))).filter((item) => item !== undefined);
      if (wanted.length < Keys.length)
        left[table] = { Keys: Keys.filter((key) => refused.has(addressOf(key))) };
    }
    return { $metadata: {}, Responses: found, UnprocessedKeys: left };
  };

const person = (changes: Partial<VisitorState> = {}): VisitorState => ({
  ...STRANGER.state,
  ids: { 'user:u-1': { at: 1, tie: 't' } },
  ...changes,
});

const inTrouble = person({
  problems: [{ problemId: 'late', key: 'k', severity: 'high', openedAt: 1, closedAt: null }],
});

const ANONYMOUS: DecideRequest = { anonymousId: 'a-1' };
const KNOWN: DecideRequest = { ...ANONYMOUS, userId: 'u-1', accountId: 'acme' };
const U1 = visitorIdOf(userKey('u-1'));
const A1 = visitorIdOf(anonymousKey('a-1'));

/** @param maxAgeMs - at 0 a look at the control plane rides along with every read */
const decider = async (maxAgeMs = 60_000) => {
  const client = new DynamoDBClient({});
  const snapshot = {
    pointer: { active: 7, rollout: null, latest: 7 },
    pointerVersion: 1,
    keys: [{ ...CALLER, hash: 'h', createdAt: 0 }],
    keysVersion: 1,
  };
  const control = createControlPlane({ store: { read: async () => snapshot }, maxAgeMs, elapsed: () => 0 });
  await control.current();
  const decide = createDecider({
    read: createDecisionReader(client, VISITORS, LOG),
    control,
    catalogs: async () => {
      if (!catalogWorks) throw new Error('the version can not be read');
      return { active: catalog, rollout: null };
    },
    bus: {
      put: async (put) => {
        if (!busWorks) throw new Error('the bus is away');
        entries.push(...put);
      },
    },
    record: createDecisionLog(client, LOG).put,
    codes: createCodeDesk({
      secret: async () => SECRET,
      count: createGuessCounter(client, LOG),
      onDegraded: (reason) => degraded.push(reason),
    }),
    verifyIdentity: async () => ({ proven: false, reason: 'not-configured' }),
    newId: () => 'id',
    codeVersion: '1',
    onDegraded: (reason) => degraded.push(reason),
  });
  const asked = {
    placements: [{ id: 'hero', limit: 9 }],
    cart: { currency: 'EUR', lines: [{ id: 'l', sku: 'S', quantity: 1, unitPrice: 1000 }] },
  };
  return (request: DecideRequest = KNOWN) => decide({ ...asked, ...request }, CALLER, NOW);
};

type Answer = Awaited<ReturnType<Awaited<ReturnType<typeof decider>>>>;

const shown = (answer: Answer) => answer.placements['hero']?.items.map(({ experienceId }) => experienceId);
const codes = (answer: Answer) => answer.warnings.map(({ code }) => code);

const sellsNothing = (answer: Answer): void => {
  expect(shown(answer)).toEqual(['default']);
  expect(answer.cart?.applied).toEqual([]);
  expect(answer.cart?.total).toBe(1000);
  expect(codes(answer)).toEqual(['VISITOR_UNREAD']);
};

beforeEach(() => {
  dynamo.reset();
  stored = [];
  degraded = [];
  entries = [];
  busWorks = true;
  catalogWorks = true;
  dynamo.on(BatchGetItemCommand).callsFake(answerBut([]));
  dynamo.on(PutItemCommand).resolves({});
});

describe('a decision', () => {
  it('sells where everything was read and no problem is open', async () => {
    const answer = await (await decider())();
    expect(shown(answer)).toEqual(['sale']);
    expect(answer.cart?.total).toBe(900);
    expect(codes(answer)).toEqual([]);
  });

  it('shows defaults and sells nothing where the store is throttled', async () => {
    const message = 'too much';
    dynamo
      .on(BatchGetItemCommand)
      .rejects(new ProvisionedThroughputExceededException({ message, $metadata: {} }));
    sellsNothing(await (await decider())());
    expect(degraded).toEqual(['read-failed']);
  });

  it.each<[string, Item]>([
    ["the person's state", stateKey(U1)],
    ["the person's orders", ordersKey(U1)],
    ['the state of their anonymous id', stateKey(A1)],
    ['the account', accountKey('acme')],
  ])('shows defaults and sells nothing where %s stays unprocessed', async (_, key) => {
    stored = [stateItem(U1, 1, person(), 0)];
    dynamo.on(BatchGetItemCommand).callsFake(answerBut([key]));
    sellsNothing(await (await decider())());
    expect(dynamo.commandCalls(BatchGetItemCommand)).toHaveLength(2);
  });

  it('asks once more for what stays unprocessed, and for nothing else', async () => {
    stored = [stateItem(U1, 1, inTrouble, 0)];
    dynamo
      .on(BatchGetItemCommand)
      .callsFakeOnce(answerBut([stateKey(U1)]))
      .callsFake(answerBut([]));
    const answer = await (await decider())();
    expect(codes(answer)).toEqual([]);
    expect(answer.serviceFirst).toBe(true);
    const [, second] = dynamo.commandCalls(BatchGetItemCommand);
    expect(second?.args[0].input.RequestItems?.[VISITORS]?.Keys).toEqual([stateKey(U1)]);
  });

  it('sells nothing to whom a log-in among its events says has a problem, in one round trip', async () => {
    stored = [stateItem(U1, 1, inTrouble, 0)];
    const events = [{ type: 'identify', userId: 'u-1', messageId: 'm-1' }];
    const answer = await (await decider())({ ...ANONYMOUS, events });
    expect([answer.visitorId, answer.serviceFirst, shown(answer)]).toEqual([U1, true, ['default']]);
    expect(dynamo.commandCalls(BatchGetItemCommand)).toHaveLength(1);
  });

  it('is whole where only the look at the control plane was throttled', async () => {
    const control = ['catalog', 'keys'].map((sk) => ({ pk: { S: 'control' }, sk: { S: sk } }));
    dynamo.on(BatchGetItemCommand).callsFake(answerBut(control));
    const answer = await (await decider(0))();
    expect(shown(answer)).toEqual(['sale']);
    expect(codes(answer)).toEqual([]);
    expect(answer.catalogVersion).toBe(7);
  });

  it('sells nothing where the person behind an anonymous id could not be read', async () => {
    stored = [linkItem(A1, 1, [{ to: U1, at: 1, tie: 't' }])];
    dynamo.on(BatchGetItemCommand).callsFakeOnce(answerBut([])).rejects(new Error('away'));
    sellsNothing(await (await decider())(ANONYMOUS));
  });

  it('goes on with the catalog before where the new one can not be read', async () => {
    const decide = await decider();
    await decide();
    catalogWorks = false;
    expect(shown(await decide())).toEqual(['sale']);
    expect(degraded).toEqual(['read-failed']);
  });

  it('is 503 where no catalog was ever read', async () => {
    catalogWorks = false;
    await expect((await decider())()).rejects.toMatchObject({ status: 503 });
  });

  it('records no draw of a person who could not be read', async () => {
    dynamo.on(BatchGetItemCommand).rejects(new Error('away'));
    await (await decider())();
    expect(entries).toEqual([]);
  });

  it('stands where its record could not be written, and says so', async () => {
    dynamo.on(PutItemCommand).rejects(new Error('away'));
    const answer = await (await decider())();
    expect(shown(answer)).toEqual(['sale']);
    expect(codes(answer)).toEqual(['NOT_RECORDED']);
    expect(degraded).toEqual(['record-failed']);
  });

  it('stands where its draws could not be recorded: they are drawn the same next time', async () => {
    busWorks = false;
    stored = [stateItem(U1, 1, person({ problems: inTrouble.problems }), 0)];
    const decide = await decider();
    const first = await decide();
    expect(shown(first)).toEqual(['default']);
    expect(degraded).toEqual(['draw-not-recorded']);
    expect((await decide()).placements).toEqual(first.placements);
  });

  it('is refused where the events that came with it could not be made durable', async () => {
    busWorks = false;
    const events = [{ type: 'track', event: 'Product Viewed', messageId: 'm-1' }];
    await expect((await decider())({ ...KNOWN, events })).rejects.toBeInstanceOf(Unavailable);
    expect(dynamo.commandCalls(PutItemCommand)).toHaveLength(0);
  });
});
