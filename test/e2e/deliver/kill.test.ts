import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AK, clientOf } from '../../contract/client.ts';
import {
  endScripts,
  removeTemporaryDirectories,
  startScript,
  temporaryDirectory,
  until,
} from '../local/helpers.ts';
import { SECRET } from './messages.ts';
import { type Receiver, startReceiver, verifies } from './receiver.ts';

let receiver: Receiver;

beforeAll(async () => {
  receiver = await startReceiver();
});
afterAll(async () => {
  endScripts();
  removeTemporaryDirectories();
  await receiver.stop();
});

const freePort = async (): Promise<number> => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
};

const CATALOG = [
  {
    kind: 'journey',
    id: 'welcome',
    enter: { on: 'Signed Up' },
    steps: [
      { id: 'text', message: { channel: 'sms', topic: 'welcome', content: { body: 'Hello.' } } },
      {
        id: 'arrived',
        await: {
          on: 'Message Delivered',
          timeout: 'P1D',
          then: [{ id: 'note', set: { traits: { told: true } } }],
        },
      },
    ],
  },
];

describe('a service that is killed while it sends', () => {
  it('sends again under the same id after the lease, once, and the journey goes on', async () => {
    const port = await freePort();
    const client = clientOf(() => `http://127.0.0.1:${port}`);
    const variables = {
      PORT: String(port),
      WEND_DATA_DIR: temporaryDirectory(),
      WEND_WEBHOOK_URL: receiver.url,
      WEND_WEBHOOK_SECRET: SECRET,
    };
    const isUp = () => client.isUp().catch(() => false);
    const killed = startScript('local/start.ts', variables);
    await until(isUp, 30_000);
    const published = await client.send('PUT', '/v1/catalog', { key: AK, json: { definitions: CATALOG } });
    expect(published.status).toBe(200);
    receiver.answerWith(() => undefined);
    await client.track('Signed Up', { userId: 'u-1' });
    await until(() => receiver.received.length === 1, 30_000);
    killed.process.kill('SIGKILL');
    await killed.ended;

    receiver.answerWith((response) => response.end());
    const again = startScript('local/start.ts', variables);
    await until(isUp, 30_000);
    for (let round = 0; round < 2; round++) await client.advance('PT10M');
    expect(receiver.received).toHaveLength(2);
    expect(new Set(receiver.received.map(({ id }) => id)).size).toBe(1);
    expect(receiver.received.every((one) => verifies(SECRET, one))).toBe(true);
    expect((await client.visitor('user:u-1')).traits).toMatchObject({ told: true });
    again.process.kill('SIGTERM');
    expect((await again.ended).code).toBe(0);
  }, 120_000);
});
