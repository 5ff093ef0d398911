import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { signatureOf } from '../../../lib/adapters/webhook/signature.ts';
import { createWebhook } from '../../../lib/adapters/webhook/webhook.ts';
import { deliveryOf, NOW, SECRET } from './messages.ts';
import { type Receiver, startReceiver, verifies } from './receiver.ts';

let receiver: Receiver;

beforeAll(async () => {
  receiver = await startReceiver();
});
beforeEach(() => receiver.reset());
afterAll(() => receiver.stop());

const webhook = (overrides: Partial<Parameters<typeof createWebhook>[0]> = {}) =>
  createWebhook({ url: receiver.url, secret: SECRET, now: () => NOW, timeoutMs: 1000, ...overrides });

const answering = async (status: number, headers: { readonly [name: string]: string } = {}) => {
  receiver.answerWith((response) => response.writeHead(status, headers).end());
  return await webhook().deliver(deliveryOf('m'));
};

const documentation = readFileSync(new URL('../../../docs/concepts/messages.md', import.meta.url), 'utf8');

type IsAuthentic = (
  secret: string,
  headers: { readonly [name: string]: string },
  body: string,
  now: number,
) => boolean;

/** The code of the documentation, run as it stands there. */
const documentedReceiver = async (): Promise<IsAuthentic> => {
  const code = /```js\n([\s\S]*?)```/.exec(documentation)?.[1] ?? '';
  const { isAuthentic } = await import(`data:text/javascript,${encodeURIComponent(code)}`);
  return isAuthentic;
};

describe('a webhook', () => {
  it('carries the message and where the person can be reached, signed so that the receiver can verify it', async () => {
    expect(await webhook().deliver(deliveryOf('m-1', { channel: 'sms' }))).toEqual({ outcome: 'delivered' });
    const [got] = receiver.received;
    if (got === undefined) throw new Error('nothing came');
    expect(got).toMatchObject({ id: 'm-1', timestamp: Math.floor(NOW / 1000) });
    expect(verifies(SECRET, got)).toBe(true);
    expect(verifies(SECRET, { ...got, body: got.body.replace('cart', 'card') })).toBe(false);
    expect(verifies(SECRET, { ...got, id: 'm-2' })).toBe(false);
    expect(verifies(SECRET, { ...got, timestamp: got.timestamp + 1 })).toBe(false);
    expect(JSON.parse(got.body)).toEqual({
      type: 'message.requested',
      timestamp: '2026-11-26T10:00:00.000Z',
      data: { ...deliveryOf('m-1', { channel: 'sms' }).message, address: deliveryOf('m-1').address },
    });
  });

  it('is signed with both secrets while the receiver changes over', async () => {
    const next = `whsec_${Buffer.alloc(24, 9).toString('base64')}`;
    await webhook({ secret: `${next} ${SECRET}` }).deliver(deliveryOf('m'));
    const [got] = receiver.received;
    if (got === undefined) throw new Error('nothing came');
    expect([verifies(SECRET, got), verifies(next, got)]).toEqual([true, true]);
  });

  it('is verified by the receiver of the documentation, as the example there is', async () => {
    const isAuthentic = await documentedReceiver();
    const [, head = '', body = ''] = /```http\n.*\n([\s\S]*?)\n\n(.*)\n```/.exec(documentation) ?? [];
    const headers = Object.fromEntries(head.split('\n').map((line) => line.split(': ')));
    const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
    expect(documentation).toContain(`signed with \`${secret}\``);
    expect(isAuthentic(secret, headers, body, NOW)).toBe(true);
    expect(isAuthentic(secret, headers, body, NOW + 600_000)).toBe(false);
    expect(isAuthentic(SECRET, headers, body, NOW)).toBe(false);
    await webhook().deliver(deliveryOf('m'));
    const [got] = receiver.received;
    if (got === undefined) throw new Error('nothing came');
    const sent = {
      'webhook-id': got.id,
      'webhook-timestamp': String(got.timestamp),
      'webhook-signature': got.signature,
    };
    expect(isAuthentic(SECRET, sent, got.body, NOW)).toBe(true);
    expect(isAuthentic(SECRET, sent, `${got.body} `, NOW)).toBe(false);
    expect(Object.keys(JSON.parse(body).data)).toEqual(Object.keys(JSON.parse(got.body).data));
  });

  it('signs as the published test vector of the specification says', () => {
    const secret = Buffer.from('MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'base64');
    expect(
      signatureOf([secret], {
        id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
        timestamp: 1614265330,
        body: '{"test": 2432232314}',
      }),
    ).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
  });

  it('travels under the same safe id at each try, whatever the message is called', async () => {
    const hook = webhook();
    for (const id of ['cart.1', 'cart.1', 'Köln\r\nx: y']) await hook.deliver(deliveryOf(id));
    const ids = receiver.received.map(({ id }) => id);
    expect(ids[0]).toBe(ids[1]);
    for (const id of ids) expect(id).toMatch(/^msg_[\w-]{27}$/);
    expect(ids[2]).not.toBe(ids[0]);
  });

  it.each([200, 202, 204, 299])('is delivered with status %i', async (status) => {
    expect(await answering(status)).toEqual({ outcome: 'delivered' });
  });

  it.each([400, 401, 404, 410, 422])('is refused for good with status %i', async (status) => {
    expect(await answering(status)).toEqual({ outcome: 'refused', reason: `status-${status}` });
  });

  it.each([408, 429, 500, 503])('is to be tried again after status %i', async (status) => {
    expect(await answering(status)).toEqual({ outcome: 'unavailable', reason: `status-${status}` });
  });

  it.each([301, 302, 307, 308])('does not follow a redirect (%i)', async (status) => {
    const elsewhere = receiver.url.replace('/hook', '/elsewhere');
    expect(await answering(status, { location: elsewhere })).toEqual({
      outcome: 'unavailable',
      reason: `status-${status}`,
    });
    expect(receiver.paths).toEqual(['/hook']);
  });

  it('gives up on a receiver that does not answer', async () => {
    receiver.answerWith(() => undefined);
    const began = performance.now();
    expect(await webhook({ timeoutMs: 200 }).deliver(deliveryOf('m'))).toEqual({
      outcome: 'unavailable',
      reason: 'timeout',
    });
    expect(performance.now() - began).toBeLessThan(1500);
  });

  it('does not read an answer without end', async () => {
    let written = 0;
    let closed = false;
    receiver.answerWith(async (response) => {
      response.on('close', () => {
        closed = true;
      });
      response.on('error', () => undefined);
      while (!closed && written < 1_000_000_000) {
        written += 65_536;
        if (!response.write(Buffer.alloc(65_536))) {
          await Promise.race([new Promise((resolve) => response.once('drain', resolve)), pause(50)]);
        }
      }
    });
    expect(await webhook().deliver(deliveryOf('m'))).toEqual({ outcome: 'delivered' });
    await pause(100);
    expect(closed).toBe(true);
    expect(written).toBeLessThan(50_000_000);
  });

  it('does not wait for an answer that drips', async () => {
    let timer: NodeJS.Timeout | undefined;
    receiver.answerWith((response) => {
      response.writeHead(200);
      response.write('.');
      timer = setInterval(() => response.write('.'), 50);
      response.on('close', () => clearInterval(timer));
    });
    const began = performance.now();
    expect(await webhook({ timeoutMs: 5000 }).deliver(deliveryOf('m'))).toEqual({ outcome: 'delivered' });
    expect(performance.now() - began).toBeLessThan(1000);
  });

  it('is to be tried again where nobody listens, or the line is cut', async () => {
    const nobody = await startReceiver();
    await nobody.stop();
    expect(await webhook({ url: nobody.url }).deliver(deliveryOf('m'))).toEqual({
      outcome: 'unavailable',
      reason: 'unreachable',
    });
    receiver.answerWith((response) => response.destroy());
    expect(await webhook().deliver(deliveryOf('m'))).toEqual({
      outcome: 'unavailable',
      reason: 'unreachable',
    });
  });

  it('keeps its connection for the next message', async () => {
    const own = await startReceiver();
    own.answerWith((response) => response.end('{"ok":true}'));
    const hook = webhook({ url: own.url });
    for (let count = 0; count < 10; count++) await hook.deliver(deliveryOf(`m-${count}`));
    expect(own.received).toHaveLength(10);
    expect(own.connections()).toBeLessThan(4);
    await own.stop();
  });

  it.each([
    ['no secret', { secret: undefined }],
    ['a secret of another form', { secret: 'hunter2-hunter2-hunter2-hunter2' }],
    ['a short secret', { secret: `whsec_${Buffer.alloc(16, 1).toString('base64')}` }],
    ['a URL of another kind', { url: 'ftp://127.0.0.1/hook' }],
    ['no URL', { url: 'hook' }],
  ])('is not made with %s', (_, overrides) => {
    expect(() => webhook(overrides)).toThrow(/^WEND_WEBHOOK_(URL|SECRET)/);
    expect(() => webhook(overrides)).not.toThrow(/hunter2/);
  });
});
