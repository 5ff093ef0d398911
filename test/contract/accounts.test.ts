import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { redemptionAnswerSchema, refundAnswerSchema } from '../../lib/contracts/http/redemptions.ts';
import { tasksAnswerSchema } from '../../lib/contracts/http/tasks.ts';
import { type Answer, fresh, pathsOf, percentOff, problemOf, serviceForFile } from './client.ts';

const service = serviceForFile([
  { kind: 'settings', id: 'settings', currency: 'EUR', timezone: 'Europe/Amsterdam' },
  {
    kind: 'authorization',
    id: 'department',
    limit: 'account.department.limit',
    approver: 'account.department.approver',
    per: 'P1M',
  },
  percentOff('tenth', 10, { where: { 'cart.lines.sku': 'SALE' } }),
  percentOff('last', 10, { where: { 'cart.lines.sku': 'LAST' }, limits: { total: 1 } }),
  percentOff('within', 1, {
    where: { 'cart.lines.sku': 'OFFICE', 'account.authorization.remaining': { $gte: 90_000 } },
  }),
  {
    kind: 'journey',
    id: 'approved',
    enter: { on: 'Order Approved', key: 'event.properties.orderId' },
    goal: { on: 'Order Completed', within: 'P2D' },
    holdout: 0,
    steps: [{ id: 'wait', wait: { for: 'P1D' } }],
  },
]);

const of = (answer: Answer) => redemptionAnswerSchema.parse(answer.body);

/** An account of its own for each test, and somebody who belongs to it. */
const join = async (department: object = { limit: 100_000, approver: 'mia@acme.example' }) => {
  const accountId = fresh('acme');
  const userId = fresh('buyer');
  await service.post('/v1/group', { userId, groupId: accountId, traits: { name: 'Acme', department } });
  await service.settle();
  return { accountId, userId };
};

const cart = (unitPrice: number, rest: object = {}) => ({
  currency: 'EUR',
  lines: [{ id: 'l1', sku: 'PART', quantity: 1, unitPrice }],
  ...rest,
});

const order = (userId: string, unitPrice: number, rest: object = {}, orderId = fresh('order')) =>
  service.post('/v1/redemptions', { orderId, userId, cart: cart(unitPrice), ...rest });

const path = (orderId: string, what = ''): string => `/v1/redemptions/${encodeURIComponent(orderId)}${what}`;

const move = (orderId: string, what: string) => service.post(path(orderId, `/${what}`), {});

const find = async (orderId: string) => of(await service.get(path(orderId)));

const done = (taskId: string | undefined, outcome: string) =>
  service.post(`/v1/tasks/${encodeURIComponent(taskId ?? '')}/done`, { outcome });

const taskOf = async (taskId: string | undefined) => {
  const { tasks } = tasksAnswerSchema.parse((await service.get('/v1/tasks?limit=100&order=newest')).body);
  return tasks.find((task) => task.taskId === taskId);
};

describe('an order for an account', () => {
  it('costs what it comes to with discounts and shipping, and is held within the authorization', async () => {
    const { userId } = await join();
    const sale = {
      cart: cart(50_000, {
        shipping: 1000,
        lines: [{ id: 'l1', sku: 'SALE', quantity: 1, unitPrice: 50_000 }],
      }),
    };
    const answer = await order(userId, 0, sale);
    expect(answer.status).toBe(201);
    expect(of(answer)).toMatchObject({ status: 'held', cart: { total: 46_000 } });
    expect((await order(userId, 54_000)).status).toBe(201);
    expect((await order(userId, 1)).status).toBe(202);
  });

  it('counts by the accountId of the request, whoever orders', async () => {
    const { accountId } = await join();
    expect((await order(fresh('one'), 60_000, { accountId })).status).toBe(201);
    expect((await order(fresh('other'), 60_000, { accountId })).status).toBe(202);
    expect((await order(fresh('other'), 60_000)).status).toBe(201);
  });

  it('in another currency is refused with its path, since it could not be counted', async () => {
    const { userId } = await join();
    const answer = await order(userId, 1000, { cart: cart(1000, { currency: 'USD' }) });
    expect(answer.status).toBe(400);
    expect(pathsOf(answer)).toEqual(['cart.currency']);
  });

  it('is not limited where the account has no limit, and needs an approval where its limit is no amount', async () => {
    const free = await join({});
    expect((await order(free.userId, 900_000)).status).toBe(201);
    const odd = await join({ limit: '100000' });
    expect((await order(odd.userId, 1)).status).toBe(202);
  });

  it('gives back what it cost when it is cancelled, is left, or is refunded', async () => {
    const { userId } = await join();
    const orderId = fresh('order');
    await order(userId, 100_000, {}, orderId);
    expect((await order(userId, 1)).status).toBe(202);
    await move(orderId, 'cancel');
    const second = of(
      await order(userId, 100_000, {
        cart: cart(50_000, { lines: [{ id: 'l1', sku: 'P', quantity: 2, unitPrice: 50_000 }] }),
      }),
    );
    expect(second.status).toBe('held');
    await move(second.orderId, 'commit');
    const headers = { 'idempotency-key': 'k' };
    const refund = () =>
      service.post(path(second.orderId, '/refund'), { units: [{ lineId: 'l1', quantity: 1 }] }, { headers });
    expect(refundAnswerSchema.parse((await refund()).body).amount).toBe(50_000);
    await refund();
    const third = await order(userId, 50_000);
    expect(third.status).toBe(201);
    expect((await order(userId, 1)).status).toBe(202);
    await service.advance('PT16M');
    expect((await order(userId, 50_000)).status).toBe(201);
    await move(second.orderId, 'cancel');
    expect((await order(userId, 50_000)).status).toBe(201);
    expect((await order(userId, 1)).status).toBe(202);
  });

  it('follows a limit that the account changes', async () => {
    const { userId, accountId } = await join();
    await order(userId, 80_000);
    const change = async (limit: number) => {
      await service.post('/v1/group', { userId, groupId: accountId, traits: { department: { limit } } });
      await service.settle();
    };
    await change(70_000);
    expect((await order(userId, 1)).status).toBe(202);
    await change(200_000);
    expect((await order(userId, 120_000)).status).toBe(201);
    expect((await order(userId, 1)).status).toBe(202);
  });

  it('lets parallel orders never pass the limit', async () => {
    const { accountId } = await join();
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => order(fresh('racer'), 15_000, { accountId })),
    );
    const statuses = answers.map(({ status }) => status);
    expect(statuses.filter((status) => status === 201)).toHaveLength(6);
    expect(statuses.filter((status) => status === 202)).toHaveLength(14);
  });
});

describe('an order over the authorization', () => {
  const ask = async (orderId = fresh('order')) => {
    const { userId, accountId } = await join();
    await order(userId, 90_000);
    const answer = await order(userId, 20_000, {}, orderId);
    return { userId, accountId, orderId, answer, taskId: of(answer).taskId };
  };

  it('awaits the approver, who has a task, and holds nothing; the same order gives the same answer', async () => {
    const { orderId, answer, userId, taskId, accountId } = await ask();
    expect(answer.status).toBe(202);
    expect(of(answer)).toMatchObject({
      orderId,
      status: 'awaitingApproval',
      holds: [],
      cart: { total: 20_000 },
    });
    const again = await order(userId, 1, {}, orderId);
    expect(again.status).toBe(202);
    expect({ ...of(again), warnings: [] }).toEqual(of(answer));
    expect(await find(orderId)).toMatchObject({ status: 'awaitingApproval', taskId, holds: [] });
    const task = await taskOf(taskId);
    expect(task).toMatchObject({
      queue: 'approvals',
      approver: 'mia@acme.example',
      orderId,
      outcomes: ['approved', 'refused'],
      journeyId: null,
    });
    expect(task?.summary).toContain(`Order ${orderId} for ${accountId} costs 200.00 EUR`);
    // What is asked for is not spent.
    expect((await order(userId, 10_000)).status).toBe(201);
  });

  it('can’t be committed before, and is held and can be paid once it is approved', async () => {
    const { orderId, taskId, userId } = await ask();
    expect(problemOf(await move(orderId, 'commit')).status).toBe(409);
    expect((await done(taskId, 'approved')).status).toBe(200);
    const held = await find(orderId);
    expect(held).toMatchObject({ status: 'held', cart: { total: 20_000 } });
    expect((await order(userId, 1, {}, orderId)).status).toBe(200);
    expect(of(await move(orderId, 'commit')).status).toBe('committed');
    expect((await order(userId, 1)).status).toBe(202);
    await move(orderId, 'cancel');
    expect((await order(userId, 10_000)).status).toBe(201);
  });

  it('can be paid at once, and long after its hold ended: the approval stands', async () => {
    const first = await ask();
    await done(first.taskId, 'approved');
    expect(of(await move(first.orderId, 'commit')).status).toBe('committed');
    const second = await ask();
    await done(second.taskId, 'approved');
    await service.settle();
    await service.advance('PT20M');
    expect((await find(second.orderId)).status).toBe('expired');
    expect(of(await move(second.orderId, 'commit')).status).toBe('committed');
    const third = await ask();
    await done(third.taskId, 'approved');
    await service.settle();
    await service.advance('PT20M');
    expect((await order(third.userId, 25_000, {}, third.orderId)).status).toBe(201);
  });

  it('is cancelled when the approver refuses', async () => {
    const { orderId, taskId } = await ask();
    await done(taskId, 'refused');
    expect((await find(orderId)).status).toBe('cancelled');
    expect(problemOf(await move(orderId, 'commit')).status).toBe(409);
  });

  it('expires when nobody decides, takes the task back, and may be asked anew', async () => {
    const { orderId, taskId, userId } = await ask();
    await service.advance('P8D');
    expect((await find(orderId)).status).toBe('expired');
    expect(await taskOf(taskId)).toBeUndefined();
    expect(problemOf(await done(taskId, 'approved')).status).toBe(409);
    const again = await order(userId, 200_000, {}, orderId);
    expect(again.status).toBe(202);
    expect(of(again).taskId).not.toBe(taskId);
  });

  it('takes the task back when it is cancelled', async () => {
    const { orderId, taskId } = await ask();
    expect(of(await move(orderId, 'cancel')).status).toBe('cancelled');
    expect(await taskOf(taskId)).toBeUndefined();
  });

  it('gets none of an offer of which others took the last meanwhile: it expires, and is held anew without it', async () => {
    const { userId } = await join();
    const orderId = fresh('order');
    const last = { cart: cart(0, { lines: [{ id: 'l1', sku: 'LAST', quantity: 1, unitPrice: 200_000 }] }) };
    const { taskId } = of(await order(userId, 0, last, orderId));
    const other = of(await order(fresh('quick'), 0, last));
    expect(other.holds).toHaveLength(1);
    await done(taskId, 'approved');
    expect((await find(orderId)).status).toBe('expired');
    const again = await order(userId, 0, last, orderId);
    expect(again.status).toBe(202);
  });

  it('is told to the visitor’s journeys', async () => {
    const { orderId, taskId, userId } = await ask();
    await done(taskId, 'approved');
    await service.settle();
    const { journeys } = await service.settled(`user:${userId}`);
    expect(journeys).toMatchObject([{ journeyId: 'approved', key: orderId }]);
  });
});

describe('account.authorization', () => {
  const facts = async (body: object) => {
    const answer = await service.decide({ placements: [], options: { explain: true }, ...body });
    const offers = z
      .object({ offers: z.array(z.looseObject({ offerId: z.string(), status: z.string() })) })
      .parse(answer.explanation).offers;
    return offers.find(({ offerId }) => offerId === 'within');
  };

  it('is known to decisions that name the account, and to orders for it', async () => {
    const { accountId, userId } = await join();
    const office = (unitPrice: number) =>
      cart(0, { lines: [{ id: 'l1', sku: 'OFFICE', quantity: 1, unitPrice }] });
    const buy = async (unitPrice: number) =>
      of(await order(userId, 0, { accountId, cart: office(unitPrice) }));
    const asked = { userId, accountId, cart: office(10_000) };
    expect(await facts(asked)).toMatchObject({ status: 'APPLIED' });
    expect((await buy(10_000)).holds).toMatchObject([{ offerId: 'within' }]);
    expect(await facts(asked)).toMatchObject({ status: 'APPLIED' });
    expect((await buy(200)).holds).toHaveLength(1);
    expect(await facts(asked)).toMatchObject({
      status: 'INELIGIBLE',
      fact: 'account.authorization.remaining',
      needed: 90_000,
      actual: 89_902,
    });
    expect((await buy(1000)).holds).toEqual([]);
  });

  it('is nobody’s trait: without an accountId a decision knows nothing of it', async () => {
    const { accountId, userId } = await join();
    await service.post('/v1/group', {
      userId,
      groupId: accountId,
      traits: { authorization: { remaining: 1_000_000 } },
    });
    await service.settle();
    const office = cart(0, { lines: [{ id: 'l1', sku: 'OFFICE', quantity: 1, unitPrice: 1 }] });
    expect(await facts({ userId, cart: office })).toMatchObject({ status: 'INELIGIBLE', actual: null });
  });
});
