import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { taskAnswerSchema, tasksAnswerSchema } from '../../lib/contracts/http/tasks.ts';
import { type LocalServiceThread, startServiceThread } from '../../local/service-thread.ts';
import { type Receiver, startReceiver, verifies } from '../e2e/deliver/receiver.ts';
import { AK, clientOf, fresh, PK, pathsOf } from './client.ts';

const SECRET = `whsec_${Buffer.alloc(32, 5).toString('base64')}`;

let receiver: Receiver;
let service: LocalServiceThread;
const client = clientOf(() => service.url);

const message = (id: string, content: object) => ({
  id,
  message: { channel: 'email', topic: 'service', content },
});

const CATALOG = [
  {
    kind: 'journey',
    id: 'claims',
    enter: { on: 'Claim Filed', key: 'event.properties.claim' },
    goal: { on: 'Claim Settled' },
    holdout: 0,
    exit: [{ on: 'Claim Withdrawn' }],
    steps: [
      {
        id: 'hand-over',
        task: {
          queue: 'claims',
          summary: 'Claim {{ event.properties.claim }}',
          outcomes: ['approved', 'refused'],
          timeout: 'P1D',
          then: {
            approved: [message('good', { subject: 'Approved', body: 'It is.' })],
            refused: [message('bad', { subject: 'Refused', body: 'It is not.' })],
          },
          else: [message('late', { subject: 'Late', body: 'We are sorry.' })],
        },
      },
      {
        id: 'arrived',
        await: {
          on: ['Message Delivered', 'Message Bounced'],
          timeout: 'P1D',
          then: [{ id: 'note', set: { traits: { told: true } } }],
        },
      },
    ],
  },
];

beforeAll(async () => {
  receiver = await startReceiver();
  service = await startServiceThread(
    { port: 0, dataDirectory: 'memory', catalog: null },
    { ...process.env, WEND_WEBHOOK_URL: receiver.url, WEND_WEBHOOK_SECRET: SECRET },
  );
  await client.send('PUT', '/v1/catalog', {
    key: AK,
    json: { definitions: CATALOG, force: { reason: 'a test' } },
  });
});
afterAll(async () => {
  await service.stop();
  await receiver.stop();
});

const listed = async (query = '') =>
  tasksAnswerSchema.parse((await client.get(`/v1/tasks${query}`)).body).tasks;

/** Files a claim, and answers the task that it makes. */
const file = async (userId: string) => {
  const claim = fresh('claim');
  await client.track('Claim Filed', { userId }, { claim });
  await client.settle();
  const task = (await listed('?queue=claims&order=newest')).find(
    ({ summary }) => summary === `Claim ${claim}`,
  );
  if (task === undefined) throw new Error('no task was made');
  return task;
};

const act = (taskId: string, call: string, json: object = {}) =>
  client.post(`/v1/tasks/${encodeURIComponent(taskId)}/${call}`, json);

const subjectsFor = (userId: string): readonly string[] =>
  receiver.received.flatMap(({ body }) => {
    const { data } = z
      .looseObject({
        data: z.looseObject({ userId: z.string(), content: z.looseObject({ subject: z.string() }) }),
      })
      .parse(JSON.parse(body));
    return data.userId === userId ? [data.content.subject] : [];
  });

describe('a task', () => {
  it('is made by a journey, and its outcome leads on to a signed message and back', async () => {
    const userId = fresh('u');
    const task = await file(userId);
    expect(task).toMatchObject({ status: 'open', outcomes: ['approved', 'refused'], journeyId: 'claims' });
    expect((await act(task.taskId, 'claim', { by: 'anna' })).status).toBe(200);
    expect((await act(task.taskId, 'claim', { by: 'ben' })).status).toBe(409);
    const done = await act(task.taskId, 'done', { outcome: 'approved' });
    expect(taskAnswerSchema.parse(done.body)).toMatchObject({ status: 'done', outcome: 'approved' });
    await client.settle();
    expect(subjectsFor(userId)).toEqual(['Approved']);
    expect(receiver.received.every((one) => verifies(SECRET, one))).toBe(true);
    await client.settle();
    expect((await client.visitor(`user:${userId}`)).traits).toMatchObject({ told: true });
    expect((await act(task.taskId, 'done', { outcome: 'approved' })).status).toBe(200);
    await client.settle();
    expect(subjectsFor(userId)).toEqual(['Approved']);
  });

  it('is taken back when its time is over, or its journey is', async () => {
    const [late, gone] = [fresh('u'), fresh('u')];
    const [first, second] = [await file(late), await file(gone)];
    await client.track('Claim Withdrawn', { userId: gone });
    await client.advance('P1D');
    await client.settle();
    expect(subjectsFor(late)).toEqual(['Late']);
    expect(subjectsFor(gone)).toEqual([]);
    const ids = (await listed('?queue=claims&status=withdrawn')).map(({ taskId }) => taskId);
    expect(ids).toEqual(expect.arrayContaining([first.taskId, second.taskId]));
    for (const { taskId } of [first, second]) {
      expect((await act(taskId, 'done', { outcome: 'approved' })).status).toBe(409);
    }
  });

  it('is for servers alone, and says what it does not take', async () => {
    const { taskId } = await file(fresh('u'));
    expect((await client.get('/v1/tasks', { key: null })).status).toBe(401);
    expect((await client.get('/v1/tasks', { key: PK })).status).toBe(403);
    expect((await client.get('/v1/tasks', { key: AK })).status).toBe(200);
    expect(pathsOf(await act(taskId, 'done', { outcome: 'maybe' }))).toEqual(['outcome']);
    expect(pathsOf(await client.get('/v1/tasks?status=lost'))).toEqual(['status']);
    expect((await act('nobody', 'done', { outcome: 'approved' })).status).toBe(404);
    expect((await client.send('POST', `/v1/tasks/${taskId}/escalate`)).status).toBe(200);
  });
});
