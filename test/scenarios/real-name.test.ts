import { describe, expect, it } from 'vitest';
import { problemOf } from '../contract/client.ts';
import { definitionsOf, oneTreated, runReadme, scenario } from './scenario.ts';

const wend = scenario('real-name');

const PLACES = ['home.hero', 'account.home'];

const order = async (userId: string, orderId: string): Promise<void> => {
  await wend.track(userId, 'Order Completed', {
    order_id: orderId,
    revenue: 60,
    currency: 'EUR',
    products: [{ product_id: 'BOOTS', price: 60, quantity: 1 }],
  });
  await wend.settle();
};

/** Everything that is shown and was sent to a person so far, as one text. */
const everythingSaidTo = async (userId: string): Promise<string> => {
  const shown: string[] = [];
  for (const placement of PLACES) {
    const { placements } = await wend.decide({ userId, placements: [{ id: placement, limit: 10 }] });
    shown.push(JSON.stringify(placements));
  }
  const sent = (await wend.messagesTo(userId)).map(({ content }) => JSON.stringify(content));
  return [...shown, ...sent].join('\n');
};

/** Orders, so that what comes after an order comes to somebody whom the holdout leaves in. */
const buyer = async (prefix: string, traits: object): Promise<string> => {
  const treated = await oneTreated(wend, 'after-care', prefix, async (userId) => {
    await wend.identify(userId, traits);
    await order(userId, `o-${userId}`);
  });
  return treated;
};

describe('someone whose legal first name is Donald, and whom everybody calls Don', () => {
  const legal = { firstName: 'Donald', lastName: 'Fisher', name: 'Donald Fisher', title: 'Mr' };

  it('is called Don everywhere, and never Donald', async () => {
    await wend.setClock('2027-01-12T10:00:00Z');
    const don = await buyer('don', { ...legal, preferredName: 'Don' });
    const said = [await everythingSaidTo(don)];
    for (let week = 0; week < 4; week += 1) {
      await wend.advance('P7D');
      said.push(await everythingSaidTo(don));
    }
    expect(said.join('\n')).not.toMatch(/Donald|Fisher|Mr/);
    for (const text of ['Thank you, Don', 'Don, the new season is here', 'Join the club, Don']) {
      expect(said.join('\n')).toContain(text);
    }
    expect((await wend.messagesTo(don)).map(({ content }) => Object.values(content).join(' '))).toEqual([
      expect.stringContaining('Don, we have your order'),
      expect.stringContaining('Don, how to get the most out of it'),
      expect.stringContaining('What goes with it, Don'),
    ]);
  });

  it('is called by no name before they said which', async () => {
    await wend.setClock('2027-01-12T10:00:00Z');
    const don = await buyer('donald', legal);
    await wend.advance('P20D');
    expect(await everythingSaidTo(don)).not.toMatch(/Donald|Fisher|Mr/);
    expect(await wend.sees(don, 'home.hero')).toMatchObject({ headline: 'The new season is here' });
    expect(await wend.messagesTo(don)).toHaveLength(3);
  });

  it('is called Don from the moment they say so, whatever was known before', async () => {
    await wend.identify('don', { ...legal, preferredName: 'Donny' });
    await wend.settle();
    expect(await wend.sees('don', 'home.hero')).toMatchObject({ headline: 'Donny, the new season is here' });
    const { placements } = await wend.decide({
      userId: 'don',
      placements: ['home.hero'],
      events: [{ type: 'track', event: 'Name Given', properties: { name: 'Don' } }],
    });
    expect(placements['home.hero']?.items[0]?.content).toMatchObject({
      headline: 'Don, the new season is here',
    });
    await wend.settle();
    expect((await wend.person('don')).preferences).toMatchObject({ name: 'Don' });
    // What a back office sends later does not overrule what the person said.
    await wend.identify('don', { ...legal, preferredName: 'Donald' });
    await wend.settle();
    expect(await wend.sees('don', 'home.hero')).toMatchObject({ headline: 'Don, the new season is here' });
  });

  it('can’t be called Donald by mistake: the catalog that would is refused', async () => {
    const definitions = [
      ...(await definitionsOf('real-name')),
      {
        kind: 'experience',
        id: 'stiff',
        placement: 'home.hero',
        intent: 'inform',
        content: { headline: 'Dear {{ traits.firstName }}' },
      },
    ];
    const answer = await wend.send('PUT', '/v1/catalog', { key: 'ak_local', json: { definitions } });
    expect(answer.status).toBe(422);
    expect(problemOf(answer).findings).toMatchObject(
      expect.arrayContaining([
        expect.objectContaining({ code: 'legal-name', severity: 'error', id: 'stiff' }),
      ]),
    );
  });
});

describe('someone who wants to buy and be gone', () => {
  it.each([
    [
      'who said so once',
      async (userId: string) => {
        await wend.track(userId, 'Contact Style Chosen', { style: 'transaction-only' });
      },
    ],
    [
      'whose profile says so',
      async (userId: string) => {
        await wend.identify(userId, { preferences: { contactStyle: 'transaction-only' } });
      },
    ],
  ])('%s gets the transaction and nothing else', async (_, choose) => {
    await wend.setClock('2027-01-12T10:00:00Z');
    for (let number = 1; number <= 6; number += 1) {
      const userId = `quick-${number}`;
      await choose(userId);
      await wend.settle();
      await order(userId, `order-of-${userId}`);
      expect(await wend.sees(userId, 'home.hero')).toMatchObject({ headline: 'Hello' });
      expect(await wend.sees(userId, 'account.home')).toMatchObject({ headline: 'Your account' });
    }
    for (let week = 0; week < 4; week += 1) await wend.advance('P7D');
    for (let number = 1; number <= 6; number += 1) {
      expect(await wend.messagesTo(`quick-${number}`)).toMatchObject([
        { topic: 'transaction', content: { subject: `Your order order-of-quick-${number}` } },
      ]);
    }
  });

  it('pays the same price as everybody', async () => {
    await wend.track('quick', 'Contact Style Chosen', { style: 'transaction-only' });
    await wend.settle();
    const cart = { currency: 'EUR', lines: [{ id: 'l', sku: 'BOOTS', quantity: 1, unitPrice: 6000 }] };
    const answer = await wend.decide({ userId: 'quick', cart, placements: ['home.hero'] });
    expect(answer.cart?.applied).toMatchObject([{ offerId: 'spring-10', amount: 600 }]);
    expect(answer.questions).toEqual([]);
  });

  it('gets the rest again when they take it back', async () => {
    await wend.track('quick', 'Contact Style Chosen', { style: 'transaction-only' });
    await wend.settle();
    expect(await wend.sees('quick', 'home.hero')).toMatchObject({ headline: 'Hello' });
    await wend.track('quick', 'Contact Style Chosen', { style: 'standard' });
    await wend.settle();
    expect(await wend.sees('quick', 'home.hero')).toMatchObject({ headline: 'The new season is here' });
  });
});

it('the README’s examples do what they say', async () => {
  const printed = await runReadme('real-name', wend.url());
  expect(printed).toContain('Don, the new season is here');
  expect(printed).toContain('Don, we have your order');
  expect(printed).not.toContain('Donald,');
});
