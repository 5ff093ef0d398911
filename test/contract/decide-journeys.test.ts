import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { timelineAnswerSchema } from '../../lib/contracts/http/visitor-answer.ts';
import { AK, experience, fresh, PK, pathsOf, percentOff, serviceForFile } from './client.ts';

const goal = { goal: { on: 'Order Completed', within: 'P7D' } };

const wend = serviceForFile([
  { kind: 'settings', id: 'settings', currency: 'EUR', timezone: 'Europe/Amsterdam' },
  {
    kind: 'journey',
    id: 'left-cart',
    enter: {
      on: ['Product Added'],
      where: { 'cart.itemCount': { $gte: 1 } },
      key: 'cart.id',
      again: 'always',
    },
    exit: [{ on: 'Order Completed', as: 'goal' }, { on: 'Cart Emptied' }],
    ...goal,
    holdout: 0,
    priority: 60,
    steps: [
      {
        id: 'hello',
        show: { placement: 'page', content: { headline: 'You took {{ event.properties.name }}' } },
      },
      { id: 'quiet', wait: { for: 'PT45M', restartOn: ['Product Added'] } },
      {
        id: 'remind',
        show: { placement: 'page', content: { headline: '{{ cart.lines[0].name }} is still here' } },
      },
      { id: 'ask', ask: { question: 'why-left' } },
      { id: 'sweeten', grant: { offer: 'comeback', for: 'P2D', because: 'You left {{ cart.itemCount }}' } },
      {
        id: 'sweet',
        show: { placement: 'aside', intent: 'sell', content: 'Ten off', for: 'PT1H' },
      },
    ],
  },
  {
    kind: 'journey',
    id: 'apology',
    enter: { on: 'Parcel Late', key: 'event.properties.parcel' },
    ...goal,
    holdout: 0,
    steps: [
      { id: 'sorry', show: { placement: 'page', intent: 'recover', content: 'We are sorry' } },
      { id: 'better', grant: { offer: 'express', for: 'P1D' } },
    ],
  },
  {
    kind: 'journey',
    id: 'withheld',
    enter: { on: 'Withheld' },
    ...goal,
    holdout: 100,
    steps: [{ id: 'never', show: { placement: 'page', content: 'Never' } }],
  },
  {
    kind: 'problem',
    id: 'late-parcel',
    opens: { on: 'Parcel Late', key: 'event.properties.parcel' },
    closes: [{ on: 'Parcel Arrived', key: 'event.properties.parcel' }],
    severity: 'high',
    expires: 'P2D',
  },
  percentOff('comeback', 10, { requiresGrant: true }),
  {
    kind: 'offer',
    id: 'express',
    label: 'Express, on us',
    intent: 'recover',
    requiresGrant: true,
    reward: { type: 'upgrade', to: 'express' },
  },
  {
    kind: 'question',
    id: 'why-left',
    ask: 'What kept you?',
    why: 'We would like to do better.',
    channels: ['web'],
    answers: [{ id: 'price', label: 'The price', set: { traits: { leftFor: 'price' } } }],
  },
  experience('plain', 'page', { priority: 50 }),
]);

const added = (rest: object = {}) => ({
  type: 'track',
  event: 'Product Added',
  properties: { product_id: 'p', name: 'Lipstick', price: 50, quantity: 1 },
  ...rest,
});

const decide = (who: object, rest: object = {}, request: object = {}) =>
  wend.decide({ ...who, channel: 'web', placements: ['page', 'aside'], ...rest }, request);

type Decision = Awaited<ReturnType<typeof decide>>;

const shownIn = ({ placements }: Decision, placement = 'page'): readonly string[] =>
  placements[placement]?.items.map(({ experienceId }) => experienceId) ?? [];

/** Somebody who left a cart an hour ago. */
const leftCart = async () => {
  const who = { userId: fresh('left') };
  await wend.batch([{ ...added(), ...who }]);
  await wend.advance('PT1H');
  return who;
};

const timeline = async (id: string, query = '') => {
  const answer = await wend.get(`/v1/visitors/${encodeURIComponent(id)}/timeline${query}`);
  expect(answer.status).toBe(200);
  return timelineAnswerSchema.parse(answer.body);
};

describe('a decision', () => {
  it('shows what a journey does that its own events began', async () => {
    const { placements } = await decide({ anonymousId: fresh('a') }, { events: [added()] });
    expect(placements['page']?.items).toEqual([
      {
        experienceId: 'left-cart.hello',
        journeyId: 'left-cart',
        stepId: 'hello',
        content: { headline: 'You took Lipstick' },
        reason: 'JOURNEY',
      },
    ]);
  });

  it('shows where the journey has come in the meantime, and nothing once its goal is reached', async () => {
    const who = await leftCart();
    const later = await decide(who);
    expect(later.placements['page']?.items[0]?.content).toEqual({ headline: 'Lipstick is still here' });
    const ordered = {
      type: 'track',
      event: 'Order Completed',
      properties: { order_id: fresh('o'), revenue: 50 },
    };
    const bought = await decide(who, { events: [ordered] });
    expect(shownIn(bought)).toEqual(['plain']);
    expect(bought.offers).toEqual([]);
    await wend.settle();
    expect(shownIn(await decide(who))).toEqual(['plain']);
  });

  it('applies what a journey granted, by its grant, and lists it with its end', async () => {
    const who = await leftCart();
    const { cart, offers } = await decide(who);
    expect(cart?.applied).toMatchObject([{ offerId: 'comeback', amount: 500 }]);
    expect(offers).toMatchObject([
      {
        offerId: 'comeback',
        grantId: cart?.applied[0]?.grantId,
        label: '10% off',
        status: 'AVAILABLE',
        because: 'You left 1',
        expiresAt: expect.any(String),
      },
    ]);
    const { grants } = await wend.visitor(`user:${who.userId}`);
    expect(grants).toMatchObject([
      {
        grantId: cart?.applied[0]?.grantId,
        offerId: 'comeback',
        status: 'held',
        journeyId: 'left-cart',
        stepId: 'sweeten',
      },
    ]);
    await wend.advance('P2D');
    expect((await decide(who)).offers).toEqual([]);
    expect((await wend.visitor(`user:${who.userId}`)).grants).toMatchObject([{ status: 'expired' }]);
  });

  it('asks what a journey asks, until it is known', async () => {
    const who = await leftCart();
    const { questions } = await decide(who);
    expect(questions).toEqual([
      {
        questionId: 'why-left',
        ask: 'What kept you?',
        answers: [{ id: 'price', label: 'The price' }],
        why: 'We would like to do better.',
        changes: ['traits.leftFor'],
      },
    ]);
    expect((await decide(who, { channel: 'app' })).questions).toEqual([]);
    const told = { type: 'identify', traits: { leftFor: 'price' } };
    expect((await decide(who, { events: [told] })).questions).toEqual([]);
    const answered = { userId: (await leftCart()).userId };
    await wend.track('Question Answered', answered, { questionId: 'why-left', answerId: 'price' });
    await wend.settle();
    expect((await decide(answered)).questions).toEqual([]);
  });

  it('sells nothing while a problem is open, recovers, and sells again the moment that it is solved', async () => {
    const who = await leftCart();
    const late = { type: 'track', event: 'Parcel Late', properties: { parcel: 'x' } };
    const troubled = await decide(who, { events: [late], options: { explain: true } });
    expect(troubled.serviceFirst).toBe(true);
    expect(shownIn(troubled)).toEqual(['apology.sorry']);
    expect(troubled.placements['page']?.items[0]?.reason).toBe('RECOVERY');
    expect(shownIn(troubled, 'aside')).toEqual([]);
    expect(troubled.cart?.applied).toEqual([]);
    expect(troubled.offers).toMatchObject([{ offerId: 'express', to: 'express', label: 'Express, on us' }]);
    expect(troubled.explanation?.journeys).toContainEqual(
      expect.objectContaining({ journeyId: 'left-cart', stepId: 'sweet', status: 'SERVICE_FIRST' }),
    );
    const arrived = { type: 'track', event: 'Parcel Arrived', properties: { parcel: 'x' } };
    const solved = await decide(who, { events: [arrived] });
    expect(solved.serviceFirst).toBe(false);
    expect(shownIn(solved, 'aside')).toEqual(['left-cart.sweet']);
  });

  it('knows a problem as closed once its time is over', async () => {
    const who = { userId: fresh('expiring') };
    await wend.track('Parcel Late', who, { parcel: 'y' });
    await wend.advance('PT47H');
    expect((await decide(who)).serviceFirst).toBe(true);
    await wend.advance('PT2H');
    expect((await decide(who)).serviceFirst).toBe(false);
    const { problems } = await wend.visitor(`user:${who.userId}`);
    expect(problems).toMatchObject([{ problemId: 'late-parcel', closedAt: expect.any(String) }]);
  });

  it('shows nothing of a journey to whom it is withheld from, and says so', async () => {
    const who = { userId: fresh('held-out') };
    const held = await decide(who, {
      events: [{ type: 'track', event: 'Withheld' }],
      options: { explain: true },
    });
    expect(shownIn(held)).toEqual(['plain']);
    expect(held.explanation?.journeys).toContainEqual(
      expect.objectContaining({ journeyId: 'withheld', status: 'HOLDOUT' }),
    );
    const { journeys } = await wend.settled(`user:${who.userId}`);
    expect(journeys).toMatchObject([{ journeyId: 'withheld', holdout: true, status: 'running' }]);
  });

  it('says why somebody is not in a journey', async () => {
    const { explanation } = await decide({ anonymousId: fresh('a') }, { options: { explain: true } });
    expect(explanation?.journeys).toContainEqual(
      expect.objectContaining({ journeyId: 'left-cart', status: 'INELIGIBLE', fact: 'cart.itemCount' }),
    );
    expect(explanation?.journeys).toContainEqual(
      expect.objectContaining({ journeyId: 'apology', status: 'INELIGIBLE', fact: 'event.name' }),
    );
  });

  it('for an app has another ETag once something was granted', async () => {
    const who = { userId: fresh('app') };
    const get = (etag?: string) =>
      wend.get(`/v1/journey?userId=${who.userId}&placements=none&channel=app`, {
        ...(etag === undefined ? {} : { headers: { 'if-none-match': etag } }),
      });
    const etag = (await get()).headers.get('etag') ?? '';
    expect((await get(etag)).status).toBe(304);
    await wend.track('Parcel Late', who, { parcel: 'z' });
    await wend.track('Parcel Arrived', who, { parcel: 'z' });
    await wend.settle();
    expect((await get(etag)).status).toBe(200);
  });
});

describe('a visitor', () => {
  it('shows the journeys that they are in, and those that ended with why', async () => {
    const who = await leftCart();
    const running = await wend.visitor(`user:${who.userId}`);
    expect(running.journeys).toMatchObject([
      { journeyId: 'left-cart', status: 'running', holdout: false, catalogVersion: expect.any(Number) },
    ]);
    await wend.track('Order Completed', who, { order_id: fresh('o'), revenue: 50 });
    const { journeys, grants } = await wend.settled(`user:${who.userId}`);
    expect(journeys).toMatchObject([
      { journeyId: 'left-cart', status: 'ended', goalAt: expect.any(String), endedAt: expect.any(String) },
    ]);
    expect(grants).toMatchObject([{ offerId: 'comeback', status: 'withdrawn' }]);
  });
});

describe('a timeline', () => {
  it('tells what happened, what journeys did and which decisions changed something, newest first', async () => {
    const who = await leftCart();
    const id = `user:${who.userId}`;
    const first = await decide(who);
    await decide(who);
    await decide(who, { options: { dryRun: true } });
    await wend.settle();
    const { items, next } = await timeline(id);
    expect(next).toBeNull();
    const decisions = items.filter(({ kind }) => kind === 'decision');
    expect(decisions).toMatchObject([
      {
        decisionId: first.decisionId,
        placements: { page: ['left-cart.remind'], aside: ['left-cart.sweet'] },
        offers: ['comeback'],
      },
    ]);
    const kinds = new Set(items.map(({ kind }) => kind));
    for (const kind of ['event', 'journey', 'grant', 'timer', 'decision']) expect(kinds).toContain(kind);
    const times = items.map(({ at }) => at);
    expect(times).toEqual(times.toSorted().reverse());
  });

  it('comes in pages without a gap or a double, and before a time', async () => {
    const who = await leftCart();
    const id = `user:${who.userId}`;
    await decide(who);
    const whole = (await timeline(id)).items;
    const paged: object[] = [];
    let query = '?limit=2';
    for (let pages = 0; pages < 100; pages += 1) {
      const { items, next } = await timeline(id, query);
      paged.push(...items);
      if (next === null) break;
      query = `?limit=2&before=${next}`;
    }
    const text = (items: readonly object[]) => items.map((item) => JSON.stringify(item)).sort();
    expect(text(paged)).toEqual(text(whole));
    const { at } = z.object({ at: z.string() }).parse(whole[1]);
    const older = await timeline(id, `?before=${at}`);
    expect(older.items).toEqual(whole.filter((item) => item.at < at));
  });

  it('tells of an anonymous visitor who logged in what was decided before', async () => {
    const anonymousId = fresh('a');
    const before = await decide({ anonymousId }, { events: [added()] });
    await wend.settle();
    const userId = fresh('u');
    await wend.batch([{ type: 'identify', anonymousId, userId }]);
    await wend.settle();
    const { items } = await timeline(`user:${userId}`);
    expect(items).toContainEqual(
      expect.objectContaining({ kind: 'decision', decisionId: before.decisionId }),
    );
  });

  it('of the second person on a device does not tell what was decided before the first one left', async () => {
    const anonymousId = fresh('shared');
    const before = await decide({ anonymousId }, { events: [added()] });
    await wend.settle();
    const [first, second] = [fresh('u'), fresh('u')];
    for (const userId of [first, second]) {
      await wend.batch([{ type: 'identify', anonymousId, userId }]);
      await wend.settle();
    }
    const decisionsOf = async (userId: string) =>
      (await timeline(`user:${userId}`)).items.filter(({ kind }) => kind === 'decision');
    expect(await decisionsOf(first)).toMatchObject([{ decisionId: before.decisionId }]);
    expect(await decisionsOf(second)).toEqual([]);
  });

  it('of nobody is not found, needs a secret key, and takes its own cursors and limits only', async () => {
    expect((await wend.get('/v1/visitors/user:nobody/timeline')).status).toBe(404);
    const who = { userId: fresh('u') };
    await wend.track('Seen', who);
    await wend.settle();
    const path = `/v1/visitors/user:${who.userId}/timeline`;
    expect((await wend.get(path, { key: PK })).status).toBe(403);
    expect((await wend.get(path, { key: AK })).status).toBe(200);
    for (const [query, field] of [
      ['before=nonsense', 'before'],
      ['limit=0', 'limit'],
      ['limit=201', 'limit'],
      ['limit=x', 'limit'],
      ['after=1', 'after'],
    ] as const) {
      const answer = await wend.get(`${path}?${query}`);
      expect(answer.status).toBe(400);
      expect(pathsOf(answer)).toEqual([field]);
    }
  });
});
