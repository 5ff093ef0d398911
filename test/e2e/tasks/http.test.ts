import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ApiHandler } from '../../../lib/runtime/api-handler.ts';
import { type Answer, handlerWith, type Sent, send } from '../../unit/runtime/gateway.ts';
import { startTaskWorld, type TaskWorld, taskOf } from './world.ts';

let world: TaskWorld;
let handler: ApiHandler;

beforeAll(async () => {
  world = await startTaskWorld();
  handler = handlerWith(world.operations);
});
afterAll(() => world.stop());

const SECRET = { authorization: 'Bearer sk_test', 'content-type': 'application/json' };
const ask = (path: string, sent: Sent = {}): Promise<Answer> =>
  send(handler, { path, headers: SECRET, ...sent });

describe('the routes under /v1/tasks', () => {
  it('need a secret key', async () => {
    for (const path of ['/v1/tasks', '/v1/tasks/t/claim', '/v1/tasks/t/done', '/v1/tasks/t/escalate']) {
      const method = path === '/v1/tasks' ? 'GET' : 'POST';
      expect((await ask(path, { method, headers: {} })).status).toBe(401);
      expect((await ask(path, { method, headers: { authorization: 'Bearer pk_test' } })).status).toBe(403);
    }
    expect(
      (await ask('/v1/tasks', { method: 'GET', headers: { authorization: 'Bearer ak_test' } })).status,
    ).toBe(200);
  });

  it('take a task from the list to its end', async () => {
    await world.want([taskOf('h/1 ü', { queue: 'http' })]);
    const listed = await ask('/v1/tasks', { method: 'GET', query: 'queue=http&status=open&limit=10' });
    expect(listed.json).toMatchObject({ tasks: [{ taskId: 'h/1 ü', status: 'open' }], next: null });
    const path = `/v1/tasks/${encodeURIComponent('h/1 ü')}`;
    expect((await ask(`${path}/claim`, { body: '{"by":"anna"}' })).json).toMatchObject({ claimedBy: 'anna' });
    expect((await ask(`${path}/claim`, { body: '{"by":"ben"}' })).status).toBe(409);
    expect((await ask(`${path}/escalate`)).json).toMatchObject({ status: 'escalated' });
    const done = await ask(`${path}/done`, { body: '{"outcome":"approved"}' });
    expect([done.status, done.json]).toMatchObject([200, { status: 'done', outcome: 'approved' }]);
    expect((await ask(`${path}/done`, { body: '{"outcome":"refused"}' })).status).toBe(409);
  });

  it('take no body for an empty one, where nothing in it is needed', async () => {
    await world.want([taskOf('bare', { queue: 'http', outcomes: [] })]);
    for (const call of ['claim', 'escalate', 'done']) {
      expect((await ask(`/v1/tasks/bare/${call}`)).status).toBe(200);
    }
  });

  it('name what is wrong by its path', async () => {
    await world.want([taskOf('wrong', { queue: 'http' })]);
    const pathOf = async (call: string, body: unknown) => {
      const answer = await ask(`/v1/tasks/wrong/${call}`, { body: JSON.stringify(body) });
      expect(answer.status).toBe(400);
      return (answer.json as { errors: { path: string }[] }).errors.map(({ path }) => path);
    };
    expect(await pathOf('done', { outcome: 'maybe' })).toEqual(['outcome']);
    expect(await pathOf('done', {})).toEqual(['outcome']);
    expect(await pathOf('done', { outcome: 'approved', note: 'x' })).toEqual(['note']);
    expect(await pathOf('claim', { by: '' })).toEqual(['by']);
    expect(await pathOf('escalate', { reason: 7 })).toEqual(['reason']);
    expect((await ask('/v1/tasks', { method: 'GET', query: 'sort=up' })).status).toBe(400);
    expect((await ask('/v1/tasks/nobody/done', { body: '{"outcome":"approved"}' })).status).toBe(404);
    expect((await ask('/v1/tasks/wrong', { method: 'GET' })).status).toBe(404);
    expect((await ask('/v1/tasks/wrong/done', { method: 'GET' })).status).toBe(405);
  });
});
