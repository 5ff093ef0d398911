import { describe, expect, it } from 'vitest';
import { redemptionAnswerSchema } from '../../lib/contracts/http/redemptions.ts';
import { runReadme, scenario } from './scenario.ts';

const wend = scenario('contract-desk');

const FIRM = {
  name: 'Acme',
  terms: {
    payment: '30 days net',
    delivery: 'next working day',
    contract: 'C-2291',
    until: '2027-12-31T22:59:59Z',
  },
  prices: { 'CPU-9': 31_900, 'RAM-64': 18_900 },
  departments: {
    it: { limit: 250_000, approver: 'mia@acme.example' },
    workshop: { limit: 100_000, approver: 'rob@acme.example' },
  },
};

/** A supervisor of one of the firm's departments. */
const supervisor = async (userId: string, department = 'it', firm: object = FIRM): Promise<void> => {
  await wend.identify(userId, { preferredName: 'Sam', department });
  await wend.post('/v1/group', { userId, groupId: 'acme', traits: firm });
  await wend.settle();
};

const parts = (sku: string, quantity: number, unitPrice: number) => ({
  currency: 'EUR',
  lines: [{ id: '1', sku, quantity, unitPrice }],
});

const cpus = (quantity: number) => parts('CPU-9', quantity, 39_900);

const order = async (orderId: string, userId: string, cart: object, accountId: string | null = 'acme') => {
  const account = accountId === null ? {} : { accountId };
  const answer = await wend.post('/v1/redemptions', { orderId, userId, ...account, cart });
  return { status: answer.status, ...redemptionAnswerSchema.omit({ status: true }).parse(answer.body) };
};

const move = async (orderId: string, what: string) => {
  const answer = await wend.post(`/v1/redemptions/${orderId}/${what}`, {});
  return answer.status;
};

const statusOf = async (orderId: string) =>
  redemptionAnswerSchema.parse((await wend.get(`/v1/redemptions/${orderId}`)).body).status;

const sees = (userId: string, placement: string, rest: object = {}) =>
  wend.sees(userId, placement, { accountId: 'acme', ...rest });

describe('a supervisor who orders computer parts', () => {
  it('sees the firm’s terms, their own spending and their department’s authorization', async () => {
    await wend.setClock('2027-03-10T09:00:00Z');
    await supervisor('sam');
    expect(await sees('sam', 'desk.terms')).toEqual({
      headline: "Acme's terms",
      payment: '30 days net',
      delivery: 'next working day',
      contract: 'C-2291, until 31 December 2027',
    });
    expect(await sees('sam', 'desk.spending')).toEqual({
      headline: 'IT has 2500 EUR left this month',
      limit: '2500',
      spent: '0',
      remaining: '2500',
      yours: '0',
      renewed: '1 April',
    });
    expect((await order('o-1', 'sam', cpus(2))).status).toBe(201);
    await wend.track('sam', 'Order Completed', { order_id: 'o-1', revenue: 638, currency: 'EUR' });
    await supervisor('kim');
    await order('o-2', 'kim', parts('CABLE', 1, 1234));
    expect(await sees('sam', 'desk.spending')).toMatchObject({ spent: '650.34', yours: '638' });
    expect(await sees('kim', 'desk.spending')).toMatchObject({ remaining: '1849.66', yours: '0' });
    expect(await statusOf('o-1')).toBe('committed');
  });

  it('gets contract prices by themselves, in every decision and in the order', async () => {
    await supervisor('sam');
    for (const account of [{ accountId: 'acme' }, {}]) {
      const { cart } = await wend.decide({ userId: 'sam', cart: cpus(3), ...account });
      expect(cart).toMatchObject({
        total: 95_700,
        applied: [{ offerId: 'contract-prices', amount: 24_000 }],
      });
    }
    for (const accountId of ['acme', null]) {
      const { cart } = await order(`o-${accountId}`, 'sam', cpus(1), accountId);
      expect(cart).toMatchObject({ total: 31_900 });
    }
    const unlisted = await order('o-cable', 'sam', parts('CABLE', 2, 900));
    expect(unlisted.cart).toMatchObject({ total: 1800, applied: [] });
    const stranger = await order('o-stranger', 'stranger', cpus(1), null);
    expect(stranger.cart).toMatchObject({ total: 39_900, applied: [] });
    expect(await sees('stranger', 'desk.terms', { accountId: undefined })).toMatchObject({
      headline: 'Prices include delivery from 50.00 EUR on',
    });
  });

  it('pays the rebate on top of contract prices where the firm agreed on one', async () => {
    await supervisor('sam', 'it', { ...FIRM, terms: { ...FIRM.terms, rebate: true } });
    const { cart } = await order('o-1', 'sam', cpus(4));
    expect(cart).toMatchObject({ total: 125_048, discountTotal: 34_552 });
  });

  it('is told before they order that a cart is over what is left', async () => {
    await supervisor('sam');
    expect(await sees('sam', 'desk.checkout', { cart: cpus(2) })).toBeNull();
    expect(await sees('sam', 'desk.checkout', { cart: cpus(9) })).toMatchObject({
      headline: 'This may need an approval',
    });
  });
});

describe('an order over the authorization', () => {
  const overspend = async () => {
    await supervisor('sam');
    await order('o-1', 'sam', cpus(7));
    await move('o-1', 'commit');
    const asked = await order('o-2', 'sam', cpus(2));
    const [task] = await wend.openTasks();
    return { asked, task };
  };

  it('goes to the approver instead of failing, and is held when they approve', async () => {
    const { asked, task } = await overspend();
    expect(asked).toMatchObject({ status: 202, taskId: task?.taskId, cart: { total: 63_800 }, holds: [] });
    expect(task).toMatchObject({ queue: 'approvals', approver: 'mia@acme.example', orderId: 'o-2' });
    expect(task?.summary).toContain('costs 638.00 EUR. Of 2500.00 EUR (it) 2233.00 EUR are spent');
    expect(await sees('sam', 'desk.spending')).toMatchObject({ spent: '2233', remaining: '267' });
    expect(await move('o-2', 'commit')).toBe(409);
    await wend.done(task?.taskId ?? '', 'approved');
    expect(await statusOf('o-2')).toBe('held');
    expect(await move('o-2', 'commit')).toBe(200);
    expect(await sees('sam', 'desk.spending')).toMatchObject({ spent: '2871', remaining: '0' });
    expect(await wend.messagesTo('sam')).toMatchObject([
      { topic: 'service', content: { subject: 'Order o-2 is approved' } },
    ]);
    expect(await wend.onBus('Order Approved')).toHaveLength(1);
    // The rest of the month everything is asked for.
    expect((await order('o-3', 'sam', parts('CABLE', 1, 100))).status).toBe(202);
  });

  it('is cancelled when they refuse, and costs nothing', async () => {
    const { task } = await overspend();
    await wend.done(task?.taskId ?? '', 'refused');
    expect(await statusOf('o-2')).toBe('cancelled');
    expect(await move('o-2', 'commit')).toBe(409);
    expect(await wend.messagesTo('sam')).toMatchObject([
      { content: { subject: 'Order o-2 was not approved' } },
    ]);
    expect((await order('o-3', 'sam', parts('CABLE', 1, 26_700))).status).toBe(201);
  });

  it('expires when nobody decides within three days, and the work is taken back', async () => {
    // In the evening nobody would be told before the morning.
    await wend.setClock('2027-03-10T09:00:00Z');
    await overspend();
    await wend.advance('P4D');
    expect(await statusOf('o-2')).toBe('expired');
    expect(await wend.openTasks()).toEqual([]);
    expect(await wend.messagesTo('sam')).toMatchObject([
      { content: { subject: 'Order o-2 is not waiting any more' } },
    ]);
  });
});

describe('a department’s spending', () => {
  it('never passes its limit, however many order at once', async () => {
    for (const userId of ['sam', 'kim', 'lee']) await supervisor(userId);
    const answers = await Promise.all(
      Array.from({ length: 24 }, (_, n) => order(`o-${n}`, ['sam', 'kim', 'lee'][n % 3] ?? '', cpus(1))),
    );
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(7);
    expect(answers.filter(({ status }) => status === 202)).toHaveLength(17);
    expect(await sees('sam', 'desk.spending')).toMatchObject({ spent: '2233' });
    expect(await wend.openTasks()).toHaveLength(17);
  });

  it('is that of its own people alone', async () => {
    await supervisor('sam');
    await supervisor('rob', 'workshop');
    await order('o-1', 'sam', cpus(7));
    expect(await sees('rob', 'desk.spending')).toMatchObject({ limit: '1000', spent: '0' });
    expect((await order('o-2', 'rob', cpus(3))).status).toBe(201);
    expect((await order('o-3', 'rob', cpus(1))).status).toBe(202);
    const [task] = await wend.openTasks();
    expect(task).toMatchObject({ approver: 'rob@acme.example' });
  });

  it('starts anew with the first of the next month, by the clocks in Amsterdam', async () => {
    await wend.setClock('2027-03-31T20:00:00Z');
    await supervisor('sam');
    await order('o-1', 'sam', cpus(7));
    await move('o-1', 'commit');
    await wend.setClock('2027-03-31T21:50:00Z');
    expect((await order('o-2', 'sam', cpus(1))).status).toBe(202);
    await wend.setClock('2027-03-31T22:00:00Z');
    expect(await sees('sam', 'desk.spending')).toMatchObject({ spent: '0', remaining: '2500' });
    expect((await order('o-3', 'sam', cpus(7))).status).toBe(201);
    expect((await order('o-4', 'sam', cpus(1))).status).toBe(202);
  });

  it('is given back by orders that are cancelled or left', async () => {
    await supervisor('sam');
    await order('o-1', 'sam', cpus(7));
    expect((await order('o-2', 'sam', cpus(7))).status).toBe(202);
    await move('o-2', 'cancel');
    expect(await wend.openTasks()).toEqual([]);
    await wend.advance('PT20M');
    expect((await order('o-3', 'sam', cpus(7))).status).toBe(201);
    await move('o-3', 'cancel');
    expect(await sees('sam', 'desk.spending')).toMatchObject({ spent: '0' });
  });
});

it('the README’s examples do what they say', async () => {
  const printed = await runReadme('contract-desk', wend.url());
  expect(printed).toContain('"status":"awaitingApproval"');
  expect(printed).toMatch(/"orderId":"o-2","status":"held"/);
  expect(printed).toContain('IT has');
});
