import { QueryCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createDeliveryLog } from '../../../lib/adapters/dynamodb/delivery-log.ts';
import { createWebhook } from '../../../lib/adapters/webhook/webhook.ts';
import type { Deliverer, DeliveryLog } from '../../../lib/domain/delivery/delivery.ts';
import type { VisitorEvent } from '../../../lib/domain/visitor/event.ts';
import { createMessageDeliverer, type DeliverDeps } from '../../../lib/service/deliver/deliver-message.ts';
import { TABLE_NAMES } from '../../../local/store/tables.ts';
import { recordingLogger } from '../../unit/runtime/gateway.ts';
import { startWorld, type World } from '../react/world.ts';
import { deliveryOf, NOW, SECRET } from './messages.ts';
import { type Receiver, startReceiver, verifies } from './receiver.ts';

let world: World;
let receiver: Receiver;
let log: DeliveryLog;

/** A new message for each test: the store keeps those of all. */
let count = 0;
const nextId = (): string => `message-${++count}`;

beforeAll(async () => {
  world = await startWorld();
  receiver = await startReceiver();
  log = createDeliveryLog(world.client, TABLE_NAMES.log);
});
beforeEach(() => receiver.reset());
afterAll(async () => {
  await receiver.stop();
  await world.stop();
});

/** A deliverer with the webhook at a time, and the mail that it sends. */
const deliverer = (overrides: Partial<DeliverDeps> = {}, at = NOW) => {
  const mail: VisitorEvent[] = [];
  const { logger, lines } = recordingLogger();
  const deliver = createMessageDeliverer({
    log,
    email: null,
    webhook: createWebhook({ url: receiver.url, secret: SECRET, now: () => at }),
    mail: async (_, event) => {
      mail.push(event);
    },
    now: () => at,
    logger,
    ...overrides,
  });
  return { deliver, mail, lines };
};

/** Dies at a point of its work: whatever comes after it never happens. */
class Killed extends Error {}
const die = async (): Promise<never> => {
  throw new Killed();
};

describe('a message', () => {
  it('is sent once and told of once in effect, however often it comes', async () => {
    const effect = deliveryOf(nextId());
    const { deliver, mail } = deliverer();
    for (let time = 0; time < 3; time++) await deliver([effect]);
    expect(receiver.received.map(({ id }) => id)).toEqual([effect.message.messageId]);
    expect(new Set(mail.map((event) => JSON.stringify(event))).size).toBe(1);
    expect(mail[0]).toEqual({
      messageId: `${effect.message.messageId}:delivered`,
      type: 'track',
      name: 'Message Delivered',
      at: NOW,
      receivedAt: NOW,
      properties: {
        messageId: effect.message.messageId,
        channel: 'email',
        topic: 'cart',
        journeyId: 'abandoned-cart',
        stepId: 'mail',
      },
      traits: {},
      context: {},
    });
  });

  it('is sent by one of many who get it at the same moment', async () => {
    const effect = deliveryOf(nextId());
    receiver.answerWith((response) => setTimeout(() => response.end(), 100));
    const left = await Promise.all(Array.from({ length: 20 }, () => deliverer().deliver([effect])));
    expect(receiver.received).toHaveLength(1);
    expect(left.flat()).toEqual(Array.from({ length: 19 }, () => effect));
  });

  it('is tried again at once after a failure of the receiver, and verifies at each try', async () => {
    const effect = deliveryOf(nextId());
    receiver.answerWith((response, requests) => response.writeHead(requests === 1 ? 500 : 200).end());
    const { deliver, mail, lines } = deliverer();
    expect(await deliver([effect])).toEqual([effect]);
    expect(mail).toEqual([]);
    expect(lines.map(({ fields }) => fields)).toEqual([{ reason: 'status-500' }]);
    expect(await deliver([effect])).toEqual([]);
    expect(receiver.received.map((one) => verifies(SECRET, one))).toEqual([true, true]);
    expect(new Set(receiver.received.map(({ id }) => id)).size).toBe(1);
    expect(mail.map(({ name }) => name)).toEqual(['Message Delivered']);
  });

  it('is never sent again once the receiver refused it', async () => {
    const effect = deliveryOf(nextId());
    receiver.answerWith((response) => response.writeHead(410).end());
    const { deliver, mail } = deliverer();
    await deliver([effect]);
    receiver.answerWith((response) => response.end());
    await deliver([effect]);
    expect(receiver.received).toHaveLength(1);
    expect(mail.map(({ name, properties }) => [name, properties.reason])).toEqual([
      ['Message Bounced', 'status-410'],
      ['Message Bounced', 'status-410'],
    ]);
    expect(new Set(mail.map(({ messageId }) => messageId)).size).toBe(1);
  });

  it('of one killed between claim and send is taken up after the lease, and not before', async () => {
    const effect = deliveryOf(nextId());
    await expect(deliverer({ webhook: { deliver: die } }).deliver([effect])).rejects.toThrow(Killed);
    expect(await deliverer({}, NOW + 29_000).deliver([effect])).toEqual([effect]);
    expect(receiver.received).toHaveLength(0);
    const later = deliverer({}, NOW + 30_000);
    await later.deliver([effect]);
    expect(receiver.received).toHaveLength(1);
    expect(later.mail).toHaveLength(1);
  });

  it('of one killed between send and settling is sent again under the same id', async () => {
    const effect = deliveryOf(nextId());
    await expect(deliverer({ log: { ...log, settle: die } }).deliver([effect])).rejects.toThrow(Killed);
    await deliverer({}, NOW + 30_000).deliver([effect]);
    expect(receiver.received.map(({ id }) => id)).toEqual([
      effect.message.messageId,
      effect.message.messageId,
    ]);
  });

  it('of one killed between settling and telling is told of, and not sent again', async () => {
    const effect = deliveryOf(nextId());
    await expect(deliverer({ mail: die }).deliver([effect])).rejects.toThrow(Killed);
    const { deliver, mail } = deliverer({}, NOW + 60_000);
    await deliver([effect]);
    expect(receiver.received).toHaveLength(1);
    expect(mail.map(({ name, at }) => [name, at])).toEqual([['Message Delivered', NOW]]);
  });

  it('that a slow deliverer sends while another took it over keeps what the other found', async () => {
    const effect = deliveryOf(nextId());
    const name = effect.message;
    const slow = await log.claim(name, NOW, 30_000);
    const quick = await log.claim(name, NOW + 30_000, 30_000);
    if (slow.kind !== 'claimed' || quick.kind !== 'claimed') throw new Error('not claimed');
    await log.settle(name, slow.attempt, { outcome: 'refused', reason: 'late', at: NOW + 31_000 });
    await log.release(name, slow.attempt);
    expect((await log.claim(name, NOW + 31_000, 30_000)).kind).toBe('held');
    const settled = { outcome: 'delivered', reason: null, at: NOW + 32_000 } as const;
    await log.settle(name, quick.attempt, settled);
    expect(await log.claim(name, NOW + 99_000, 30_000)).toEqual({ kind: 'settled', settled });
  });

  it('is held by who was faster, also from one who asked before, or whose clock is behind', async () => {
    const name = deliveryOf(nextId()).message;
    expect((await log.claim(name, NOW, 30_000)).kind).toBe('claimed');
    for (const behind of [1, 500, 20 * 60_000]) {
      expect((await log.claim(name, NOW - behind, 30_000)).kind).toBe('held');
    }
  });

  it('is not held for ever by a lease of a clock that was set back', async () => {
    const effect = deliveryOf(nextId());
    const future = NOW + 365 * 24 * 3_600_000;
    await expect(deliverer({ webhook: { deliver: die } }, future).deliver([effect])).rejects.toThrow(Killed);
    await deliverer().deliver([effect]);
    expect(receiver.received).toHaveLength(1);
  });

  it('goes by e-mail where there is a from-address, and all else to the webhook', async () => {
    const letters: string[] = [];
    const email: Deliverer = {
      deliver: async ({ message }) => {
        letters.push(message.messageId);
        return { outcome: 'delivered' };
      },
    };
    const [mailed, pushed] = [deliveryOf(nextId()), deliveryOf(nextId(), { channel: 'push' })];
    const { deliver, mail } = deliverer({ email });
    await deliver([mailed, pushed]);
    expect(letters).toEqual([mailed.message.messageId]);
    expect(receiver.received.map(({ id }) => id)).toEqual([pushed.message.messageId]);
    expect(mail.map(({ name }) => name)).toEqual(['Message Delivered', 'Message Delivered']);
  });

  it('goes nowhere and is not claimed where nobody delivers its channel', async () => {
    const effect = deliveryOf(nextId(), { visitorId: 'vNobodyDelivers' });
    const { deliver, mail } = deliverer({ webhook: null });
    await deliver([effect]);
    expect(mail).toEqual([]);
    const { Items } = await world.client.send(
      new QueryCommand({
        TableName: TABLE_NAMES.log,
        KeyConditionExpression: 'pk = :v',
        ExpressionAttributeValues: { ':v': { S: 'vNobodyDelivers' } },
      }),
    );
    expect(Items).toEqual([]);
  });

  it('that fails does not keep the others of its commit', async () => {
    const effects = [deliveryOf(nextId()), deliveryOf(nextId()), deliveryOf(nextId())];
    receiver.answerWith((response, requests) => response.writeHead(requests === 2 ? 503 : 200).end());
    const { deliver, mail } = deliverer();
    expect(await deliver(effects)).toHaveLength(1);
    expect(mail).toHaveLength(2);
    await deliver(effects);
    expect(receiver.received).toHaveLength(4);
    expect(new Set(mail.map(({ messageId }) => messageId)).size).toBe(3);
  });

  it('leaves nothing of a person in the log lines', async () => {
    receiver.answerWith((response) => response.writeHead(404).end());
    const { deliver, lines } = deliverer();
    await deliver([deliveryOf(nextId())]);
    expect(JSON.stringify(lines)).not.toMatch(/customer\.example|u-1|vAAAA|cart|127\.0\.0\.1/);
    expect(lines).toHaveLength(1);
  });
});
