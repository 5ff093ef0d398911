import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { taskAnswerSchema, tasksAnswerSchema } from '../../../lib/contracts/http/tasks.ts';
import { NOW, startTaskWorld, type TaskWorld, taskOf, withdrawalOf } from './world.ts';

let world: TaskWorld;

beforeAll(async () => {
  world = await startTaskWorld();
});
beforeEach(() => {
  world.mail.length = 0;
  world.fault.mail = false;
});
afterAll(() => world.stop());

const act = async (what: 'claim' | 'finish' | 'escalate', id: string, body: unknown = {}) =>
  taskAnswerSchema.parse((await world.call(`${what}Task`, { id, body })).body);

const list = async (query: object = {}) =>
  tasksAnswerSchema.parse((await world.call('listTasks', { query })).body);

const idsOf = async (query: object): Promise<readonly string[]> =>
  (await list(query)).tasks.map(({ taskId }) => taskId);

describe('a task', () => {
  it('is opened once, however often a journey asks for it', async () => {
    for (let time = 0; time < 3; time++) await world.want([taskOf('once', { queue: 'once' })], time);
    const { tasks, next } = await list({ queue: 'once' });
    expect(next).toBeNull();
    expect(tasks).toEqual([
      {
        taskId: 'once',
        queue: 'once',
        status: 'open',
        summary: 'Call the customer.',
        outcomes: ['approved', 'refused'],
        visitorId: 'v-1',
        journeyId: 'claims',
        stepId: 'hand-over',
        openedAt: '2026-11-26T10:00:00.000Z',
        dueAt: null,
        claimedBy: null,
        claimedAt: null,
        escalatedAt: null,
        escalationReason: null,
        outcome: null,
        finishedAt: null,
      },
    ]);
  });

  it('does not begin anew where its opening comes again after it was done', async () => {
    await world.want([taskOf('again', { queue: 'again' })]);
    await act('finish', 'again', { outcome: 'approved' });
    await world.want([taskOf('again', { queue: 'again' })]);
    expect(await idsOf({ queue: 'again' })).toEqual([]);
    expect(await idsOf({ queue: 'again', status: 'done' })).toEqual(['again']);
  });

  it('is taken back by its journey, once, and by nobody after it was done', async () => {
    await world.want([taskOf('back', { queue: 'back' }), taskOf('kept', { queue: 'back' })]);
    await act('finish', 'kept', { outcome: 'refused' });
    for (let time = 0; time < 2; time++) await world.want([withdrawalOf('back'), withdrawalOf('kept')]);
    expect(await idsOf({ queue: 'back' })).toEqual([]);
    expect(await idsOf({ queue: 'back', status: 'withdrawn' })).toEqual(['back']);
    expect(await idsOf({ queue: 'back', status: 'done' })).toEqual(['kept']);
    await expect(act('claim', 'back')).rejects.toMatchObject({ status: 409 });
  });

  it('that is taken back before it comes never opens', async () => {
    for (let time = 0; time < 2; time++) await world.want([withdrawalOf('early')]);
    await world.want([taskOf('early', { queue: 'early' })]);
    expect(await idsOf({ queue: 'early' })).toEqual([]);
    await expect(act('claim', 'early')).rejects.toMatchObject({ status: 404 });
  });

  it('is claimed by one of many who reach for it', async () => {
    await world.want([taskOf('race', { queue: 'race' })]);
    const all = await Promise.allSettled(
      ['anna', 'ben', 'carla', 'dora', 'emil', 'fred'].map((by) => act('claim', 'race', { by })),
    );
    const won = all.flatMap((one) => (one.status === 'fulfilled' ? [one.value.claimedBy] : []));
    expect(won).toHaveLength(1);
    for (const one of all) if (one.status === 'rejected') expect(one.reason).toMatchObject({ status: 409 });
    expect((await list({ queue: 'race', status: 'claimed' })).tasks).toMatchObject([
      { status: 'claimed', claimedBy: won[0], claimedAt: '2026-11-26T10:01:00.000Z' },
    ]);
    expect(await act('claim', 'race', { by: won[0] })).toMatchObject({ claimedBy: won[0] });
  });

  it('is free again once it is handed up', async () => {
    await world.want([taskOf('up', { queue: 'up' })]);
    await act('claim', 'up', { by: 'anna' });
    const escalated = { status: 'escalated', claimedBy: null, escalationReason: 'No contract.' };
    for (let time = 0; time < 2; time++) {
      expect(await act('escalate', 'up', { reason: 'No contract.' })).toMatchObject(escalated);
    }
    expect(await idsOf({ queue: 'up', status: 'escalated' })).toEqual(['up']);
    expect(await act('claim', 'up', { by: 'ben' })).toMatchObject({
      status: 'claimed',
      claimedBy: 'ben',
      escalationReason: 'No contract.',
    });
    await act('finish', 'up', { outcome: 'approved' });
    await expect(act('escalate', 'up')).rejects.toMatchObject({ status: 409 });
  });

  it('that nobody knows is 404', async () => {
    for (const what of ['claim', 'finish', 'escalate'] as const) {
      await expect(act(what, 'nobody', {})).rejects.toMatchObject({ status: 404 });
    }
  });
});

describe('done', () => {
  it('tells the visitor’s journey before it answers, once in effect', async () => {
    await world.want([taskOf('told')], 0, 'v-told');
    for (let time = 0; time < 3; time++) {
      expect(await act('finish', 'told', { outcome: 'approved' })).toMatchObject({
        status: 'done',
        outcome: 'approved',
        finishedAt: '2026-11-26T10:01:00.000Z',
      });
    }
    expect(world.mail).toEqual([
      {
        visitorId: 'v-told',
        event: {
          messageId: 'task:told:done',
          type: 'track',
          name: 'Task Done',
          at: NOW + 60_000,
          receivedAt: NOW + 60_000,
          properties: {
            taskId: 'told',
            outcome: 'approved',
            run: 'run-1',
            stepId: 'hand-over',
            journeyId: 'claims',
          },
          traits: {},
          context: {},
          own: true,
        },
      },
    ]);
  });

  it('refuses another outcome than the first with 409, and one that it does not have with 400', async () => {
    await world.want([taskOf('outcome')]);
    for (const body of [{}, { outcome: 'maybe' }]) {
      await expect(act('finish', 'outcome', body)).rejects.toMatchObject({
        status: 400,
        details: { errors: [{ path: 'outcome', message: 'expected one of approved, refused' }] },
      });
    }
    await act('finish', 'outcome', { outcome: 'approved' });
    await expect(act('finish', 'outcome', { outcome: 'refused' })).rejects.toMatchObject({ status: 409 });
    expect(world.mail).toHaveLength(1);
  });

  it('needs no outcome where the task has none', async () => {
    await world.want([taskOf('plain', { outcomes: [] })]);
    expect(await act('finish', 'plain')).toMatchObject({ status: 'done', outcome: null });
    expect(world.mail.map(({ event }) => event.properties.outcome)).toEqual([null]);
  });

  it('is 503 where the journey can not be told, and finished by the same call again', async () => {
    await world.want([taskOf('owed', { queue: 'owed' })]);
    world.fault.mail = true;
    await expect(act('finish', 'owed', { outcome: 'refused' })).rejects.toMatchObject({ status: 503 });
    expect(await world.tasks.listOwing(10)).toEqual(['owed']);
    world.fault.mail = false;
    await act('finish', 'owed', { outcome: 'refused' });
    await act('finish', 'owed', { outcome: 'refused' });
    expect(world.mail.map(({ event }) => event.messageId)).toEqual(['task:owed:done']);
    expect(await world.tasks.listOwing(10)).toEqual([]);
  });

  it.each([
    ['look at the list', 'died-1', () => list()],
    ['task that is done', 'died-2', () => act('finish', 'other', { outcome: 'approved' })],
  ])('of whoever died before telling is told by the next %s', async (_, id, look) => {
    await world.want([taskOf(id), taskOf('other')]);
    world.fault.mail = true;
    await expect(act('finish', id, { outcome: 'approved' })).rejects.toMatchObject({ status: 503 });
    await list();
    expect(world.mail).toEqual([]);
    world.fault.mail = false;
    for (let time = 0; time < 2; time++) await look();
    const told = world.mail.map(({ event }) => event.messageId);
    expect(told.filter((messageId) => messageId === `task:${id}:done`)).toHaveLength(1);
  });

  it('and a withdrawal at the same moment end as one of them', async () => {
    await world.want([taskOf('both', { queue: 'both' })]);
    const [done] = await Promise.allSettled([
      act('finish', 'both', { outcome: 'approved' }),
      world.want([withdrawalOf('both')]),
    ]);
    expect(
      await idsOf({ queue: 'both', status: done.status === 'fulfilled' ? 'done' : 'withdrawn' }),
    ).toEqual(['both']);
    expect(world.mail).toHaveLength(done.status === 'fulfilled' ? 1 : 0);
  });
});

describe('the list', () => {
  it('goes through all queues and states page by page, in either order, each task once', async () => {
    const ids = Array.from({ length: 23 }, (_, index) => `p-${String(index).padStart(2, '0')}`);
    for (const [index, id] of ids.entries()) {
      await world.want([taskOf(id, { queue: `pages-${index % 3}` })], 1000 + Math.floor(index / 2));
      if (index % 4 === 1) await act('claim', id, { by: 'anna' });
      if (index % 4 === 2) await act('escalate', id);
    }
    for (const order of ['oldest', 'newest'] as const) {
      const seen: string[] = [];
      let cursor: string | null = '';
      while (cursor !== null) {
        const page: Awaited<ReturnType<typeof list>> = await list({
          order,
          limit: '4',
          ...(cursor === '' ? {} : { cursor }),
        });
        expect(page.tasks.length).toBeLessThanOrEqual(4);
        seen.push(...page.tasks.map(({ taskId }) => taskId).filter((id) => id.startsWith('p-')));
        cursor = page.next;
      }
      expect(seen).toEqual(order === 'oldest' ? ids : ids.toReversed());
    }
    expect(await idsOf({ queue: 'pages-1', status: 'escalated' })).toEqual(['p-10', 'p-22']);
  });

  it.each([
    ['limit', { limit: '0' }],
    ['limit', { limit: '101' }],
    ['cursor', { cursor: 'nonsense' }],
    ['status', { status: 'lost' }],
    ['order', { order: 'upwards' }],
  ])('refuses a wrong %s', async (path, query) => {
    await expect(list(query)).rejects.toMatchObject({ status: 400, details: { errors: [{ path }] } });
  });
});
