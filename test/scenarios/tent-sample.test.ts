import { describe, expect, it } from 'vitest';
import { oneOfEach, oneTreated, runReadme, scenario } from './scenario.ts';

const wend = scenario('tent-sample');

const post = (userId: string, text: string, mood = 'positive', rest: object = {}) =>
  wend.track(userId, 'Social Post', { network: 'outdoors', topic: 'tents', mood, text, ...rest });

const buyTent = (userId: string) =>
  wend.track(userId, 'Order Completed', {
    order_id: `${userId}-tent`,
    revenue: 249,
    currency: 'EUR',
    products: [{ product_id: 'TENT-2', category: 'tents', price: 249, quantity: 1 }],
  });

/** Owns a tent, and spoke well of tents twice: the next such post makes a supporter. */
const almostSupporter = async (userId: string, followers = 12): Promise<void> => {
  await wend.identify(userId, { preferredName: 'Robin', followers });
  await buyTent(userId);
  await post(userId, 'Dry after a night of rain');
  await post(userId, 'Pitched in four minutes');
};

const supporter = async (userId: string, followers?: number): Promise<void> => {
  await almostSupporter(userId, followers);
  await post(userId, 'Third summer with this tent');
  await wend.settle();
};

/** A supporter whom the holdout leaves in. */
const proposed = () => oneTreated(wend, 'tent-to-try', 'fan', supporter);

/** The open work that is about a person. */
const taskOf = async (userId: string) => {
  const { visitorId } = await wend.person(userId);
  return (await wend.openTasks()).filter((task) => task['visitorId'] === visitorId);
};

describe('a consistent supporter of tents', () => {
  it('is proposed to a person with what they wrote, and gets nothing before the approval', async () => {
    const treated = await proposed();
    const [task] = await taskOf(treated);
    expect(task).toMatchObject({ queue: 'community', outcomes: ['approved', 'refused'] });
    expect(task?.summary).toContain('Third summer with this tent');
    expect(await wend.heldGrants(treated)).toEqual([]);
    expect(await wend.onBus('Sample Requested')).toEqual([]);
  });

  it('is sent one to try, free, once that person has approved', async () => {
    await wend.setClock('2027-01-11T11:00:00Z');
    const treated = await proposed();
    const [task] = await taskOf(treated);
    await wend.done(task?.taskId ?? '', 'approved');
    expect(await wend.heldGrants(treated)).toMatchObject([{ offerId: 'tent-to-try' }]);
    expect(await wend.messagesTo(treated)).toMatchObject([
      { channel: 'email', topic: 'community', content: { subject: 'A tent for you to try' } },
    ]);
    expect(await wend.onBus('Sample Requested')).toHaveLength(1);
    expect(await wend.sees(treated, 'account.home')).toMatchObject({ headline: 'Your tent is on its way' });
    expect(await wend.story(treated)).toEqual([
      'journey entered: tent-to-try',
      'task opened: community',
      'task done: community',
      'grant granted: tent-to-try',
      'message requested: thanks',
    ]);
    const { offers } = await wend.decide({ userId: treated });
    expect(offers.map(({ offerId }) => offerId)).toEqual(['tent-to-try']);
  });

  it('has it by an order of its own, or beside what they buy, once', async () => {
    await wend.setClock('2027-01-11T11:00:00Z');
    const treated = await proposed();
    const [task] = await taskOf(treated);
    await wend.done(task?.taskId ?? '', 'approved');
    const [grant] = await wend.heldGrants(treated);
    const claims = [{ offerId: 'tent-to-try', grantId: grant?.grantId }];
    expect((await wend.hold('alone', treated, { claims })).body).toMatchObject({
      status: 'held',
      holds: [{ offerId: 'tent-to-try', amount: 0 }],
    });
    await wend.cancel('alone');
    const cart = { currency: 'EUR', lines: [{ id: 'l', sku: 'PEGS', quantity: 1, unitPrice: 900 }] };
    expect((await wend.hold('with-pegs', treated, { cart, claims })).body).toMatchObject({
      cart: { total: 900, gifts: [{ offerId: 'tent-to-try', sku: 'TENT-TRY' }] },
      holds: [{ offerId: 'tent-to-try', amount: 0 }],
    });
    await wend.commit('with-pegs');
    expect(await wend.grantsOf(treated)).toMatchObject([{ status: 'redeemed' }]);
    expect((await wend.hold('again', treated, { claims })).status).toBe(409);
    expect((await wend.hold('without', treated, { cart })).body).toMatchObject({ holds: [] });
  });

  it('is asked about once a year, however much they write', async () => {
    await wend.setClock('2027-01-11T11:00:00Z');
    const treated = await proposed();
    const [task] = await taskOf(treated);
    await wend.done(task?.taskId ?? '', 'approved');
    await post(treated, 'And now the new one!');
    await wend.advance('P10M');
    await post(treated, 'Still dry');
    expect(await taskOf(treated)).toEqual([]);
    expect(await wend.grantsOf(treated)).toHaveLength(1);
    // The year has passed, they bought another and kept speaking well of tents.
    await wend.advance('P5M');
    await wend.track(treated, 'Review Submitted', { category: 'tents', rating: 5 });
    for (const text of ['One', 'Two', 'Three']) await post(treated, text);
    expect(await taskOf(treated)).toHaveLength(1);
  });

  it.each([
    ['a person refuses', async (taskId: string) => wend.done(taskId, 'refused')],
    ['nobody decides within a week', async () => wend.advance('P8D')],
  ])('gets nothing when %s, and is not proposed again at their next post', async (_, decide) => {
    const treated = await proposed();
    const [task] = await taskOf(treated);
    await decide(task?.taskId ?? '');
    await post(treated, 'Lovely');
    expect(await taskOf(treated)).toEqual([]);
    expect(await wend.grantsOf(treated)).toEqual([]);
    expect(await wend.messagesTo(treated)).toEqual([]);
    expect(await wend.onBus('Sample Requested')).toEqual([]);
  });

  it('in the holdout is counted and proposed to nobody', async () => {
    const { heldOut } = await oneOfEach(wend, 'tent-to-try', 'fan', supporter);
    expect(await taskOf(heldOut)).toEqual([]);
    await wend.advance('P30D');
    expect(await wend.grantsOf(heldOut)).toEqual([]);
  });

  it('who declines gets none', async () => {
    const treated = await proposed();
    await wend.track(treated, 'Sample Declined');
    await wend.settle();
    expect(await taskOf(treated)).toEqual([]);
  });
});

describe('nobody else', () => {
  it.each([
    [
      'with a million followers and no record',
      async (userId: string) => {
        await wend.identify(userId, { followers: 1_000_000 });
        for (const text of ['Wow', 'Tents!', 'Link in bio', 'Buy tents']) {
          await post(userId, text, 'positive', { followers: 1_000_000 });
        }
      },
    ],
    [
      'who spoke badly of one this year',
      async (userId: string) => {
        await post(userId, 'It leaks', 'negative');
        await supporter(userId);
      },
    ],
    ['who wrote twice only', (userId: string) => almostSupporter(userId)],
    [
      'who praises other things',
      async (userId: string) => {
        await almostSupporter(userId);
        await post(userId, 'Nice stove', 'positive', { topic: 'stoves' });
      },
    ],
    [
      'who praised in other years',
      async (userId: string) => {
        await almostSupporter(userId);
        await wend.advance('P13M');
        await post(userId, 'Found an old photo');
      },
    ],
  ])('%s is proposed', async (_, live) => {
    // Whoever is in the holdout would not be proposed anyway: of eight people all but one or two are not.
    for (let number = 1; number <= 8; number += 1) await live(`other-${number}`);
    expect(await wend.openTasks()).toEqual([]);
  });
});

it('the README’s examples do what they say', async () => {
  const printed = await runReadme('tent-sample', wend.url());
  expect(printed).toContain('Send Robin a tent to try?');
  expect(printed).toContain('"offerId":"tent-to-try"');
});
