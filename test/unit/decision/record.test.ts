import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readCatalog } from '../../../lib/adapters/catalog-files/read-catalog.ts';
import { pack } from '../../../lib/adapters/dynamodb/blob.ts';
import { decodeCatalog, encodeCatalog } from '../../../lib/domain/catalog/codec.ts';
import type { CompleteAnswer } from '../../../lib/domain/decision/answer.ts';
import { type DecisionInput, decide } from '../../../lib/domain/decision/decide.ts';
import { projectProfile, projectRequest } from '../../../lib/domain/decision/project-profile.ts';
import { type DecisionRecord, hashOfAnswer, recordOf, replay } from '../../../lib/domain/decision/record.ts';
import { applyEvents } from '../../../lib/domain/visitor/apply.ts';
import type { VisitorEvent } from '../../../lib/domain/visitor/event.ts';
import { type JourneyProfile, type Profile, profileOf } from '../../../lib/domain/visitor/profile.ts';
import { STRANGER } from '../../../lib/domain/visitor/state.ts';
import { catalogOf } from '../catalog/support.ts';
import { failsOn } from '../law.ts';
import { anyDecision, NOW } from './record-arbitrary.ts';

type Projection = (profile: Profile, input: DecisionInput) => Profile;

const project: Projection = (profile, { request, catalog, now }) =>
  projectProfile(profile, request, catalog, now);

const sameToTheByte = (projection: Projection) =>
  fc.property(anyDecision, (input) => {
    const projected: DecisionInput = {
      ...input,
      profile: projection(input.profile, input),
      request: projectRequest(input.request, input.profile, input.catalog),
    };
    return JSON.stringify(decide(projected)) === JSON.stringify(decide(input));
  });

/** A record as it comes back from the store. */
const stored = (record: DecisionRecord): DecisionRecord => JSON.parse(JSON.stringify(record));

const complete = (input: DecisionInput, pending: readonly string[]): CompleteAnswer => ({
  ...decide(input).answer,
  pending,
});

describe('the projection of a profile', () => {
  it('decides the same to the byte', () => {
    fc.assert(sameToTheByte(project), { numRuns: 400 });
  });

  it.each<[string, Partial<Profile>]>([
    ['known', { known: false }],
    ['seed', { seed: '' }],
    ['traits', { traits: {} }],
    ['preferences', { preferences: {} }],
    ['consents', { consents: {} }],
    ['context', { context: {} }],
    ['lastSeenAt', { lastSeenAt: null }],
    ['sessions', { sessions: 0 }],
    ['events', { events: {} }],
    ['counters', { counters: {} }],
    ['cart', { cart: null }],
    ['assignments', { assignments: {} }],
    ['account', { account: null }],
    ['household', { household: null }],
    ['problems', { problems: [] }],
    ['journeys', { journeys: [] }],
    ['grants', { grants: [] }],
    ['ended', { ended: [] }],
  ])('is caught when it forgets %s', (_, forgotten) => {
    expect(failsOn(sameToTheByte((profile, input) => ({ ...project(profile, input), ...forgotten })))).toBe(
      true,
    );
  });

  it('is caught when it forgets how many traits there are, or a trait with a dot in its name', () => {
    const without =
      (isForgotten: (key: string) => boolean): Projection =>
      (profile, input) => {
        const projected = project(profile, input);
        const kept = Object.entries(projected.traits).filter(([key]) => !isForgotten(key));
        return { ...projected, traits: Object.fromEntries(kept) };
      };
    expect(failsOn(sameToTheByte(without((key) => key === 'secret')))).toBe(true);
    expect(failsOn(sameToTheByte(without((key) => key.includes('.'))))).toBe(true);
  });

  it('is caught when it forgets the event that brought the visitor in, a row, a show or a question', () => {
    const damaged =
      (damage: Partial<JourneyProfile>): Projection =>
      (profile, input) => {
        const projected = project(profile, input);
        return { ...projected, journeys: projected.journeys.map((instance) => ({ ...instance, ...damage })) };
      };
    for (const damage of [{ event: null }, { picked: {} }, { shows: [] }, { asks: [] }]) {
      expect(failsOn(sameToTheByte(damaged(damage)))).toBe(true);
    }
  });

  it('keeps nothing of a person that the catalog can not read', () => {
    const catalog = catalogOf([
      { kind: 'experience', id: 'old', placement: 'a', where: { 'traits.age': { $gte: 60 } }, content: 'x' },
    ]);
    const profile: Profile = {
      ...profileOf(STRANGER, 'v-1', 'user:u-1'),
      traits: { age: 61, iban: 'NL00', email: 'ann@example.com' },
      preferences: { colour: 'red' },
      consents: { ads: true },
      account: { id: 'acme', traits: { vat: '123' } },
    };
    const request = { placements: [], channel: null, cart: null, context: {}, account: null, explain: false };
    const text = JSON.stringify(projectProfile(profile, request, catalog, NOW));
    expect(text).toContain('61');
    for (const secret of ['NL00', 'ann@', 'red', 'ads', '123']) expect(text).not.toContain(secret);
  });
});

describe('a record', () => {
  const replaysToTheByte = (damage: (record: DecisionRecord) => DecisionRecord) =>
    fc.property(anyDecision, fc.subarray(['m-1', 'm-2']), (input, pending) => {
      const answer = complete(input, pending);
      const record = damage(stored(recordOf(input, answer, '1')));
      const catalog = decodeCatalog(encodeCatalog(input.catalog));
      const again = replay(record, catalog);
      return JSON.stringify(again) === JSON.stringify(answer) && hashOfAnswer(again) === record.answerHash;
    });

  it('replays its decision to the byte, with the catalog loaded from its stored form', () => {
    fc.assert(
      replaysToTheByte((record) => record),
      { numRuns: 200 },
    );
  });

  it.each<[string, Partial<DecisionRecord>]>([
    ['the clock', { decidedAt: NOW + 3_600_000 }],
    ['that the visitor was not read', { unread: false }],
    ['what was pending', { pending: [] }],
    ['what was known of codes', { codes: { standing: 'open', isTrusted: true, singleUse: [] } }],
  ])('is caught when it forgets %s', (_, damage) => {
    expect(failsOn(replaysToTheByte((record) => ({ ...record, ...damage })))).toBe(true);
  });

  it('explains a decision that was made without an explanation', () => {
    fc.assert(
      fc.property(anyDecision, (input) => {
        const asked = { ...input, request: { ...input.request, explain: true } };
        const unasked = { ...input, request: { ...input.request, explain: false } };
        const record = stored(recordOf(unasked, complete(unasked, []), '1'));
        const explained = replay({ ...record, request: { ...record.request, explain: true } }, input.catalog);
        expect(JSON.stringify(explained)).toBe(JSON.stringify(complete(asked, [])));
      }),
      { numRuns: 200 },
    );
  });
});

describe('a typical record', () => {
  const demo = fileURLToPath(new URL('../../../catalog/demo', import.meta.url));

  const viewed = (index: number, name: string, properties: VisitorEvent['properties']): VisitorEvent => ({
    messageId: `m-${index}`,
    type: 'track',
    name,
    at: NOW - index * 3_600_000,
    receivedAt: NOW - index * 3_600_000,
    anonymousId: '9b2c8bd0-5c43-4f5a-9c59-0a6f1d2a3c4e',
    userId: 'customer-48213',
    properties,
    traits: {},
    context: { locale: 'en-US', timezone: 'America/New_York' },
  });

  it('of the demo catalog, a cart of 20 lines, two journeys and a grant takes at most 2 KB', async () => {
    const read = await readCatalog(demo);
    const catalog = catalogOf(read.ok ? read.definitions : []);
    const categories = ['makeup.lipstick', 'electronics.audio.headphone', 'appliances.kitchen.kettle'];
    const events = Array.from({ length: 120 }, (_, index) =>
      index % 4 === 0
        ? viewed(index, 'Experience Viewed', {
            experienceId: catalog.experiences[index % catalog.experiences.length]?.id ?? '',
          })
        : viewed(index, 'Product Viewed', { category: categories[index % 3], sku: `SKU-${index}` }),
    );
    const { visitor } = applyEvents(STRANGER, events, {
      currency: 'USD',
      countersByEvent: catalog.countersByEvent,
      now: NOW,
    });
    const input: DecisionInput = {
      catalog,
      profile: {
        ...profileOf(visitor, 'vQx7mT3pYl0aVn2Kc8dRzUw', 'anon:9b2c8bd0-5c43-4f5a-9c59-0a6f1d2a3c4e'),
        traits: {
          interests: ['makeup', 'travel'],
          firstName: 'Ann',
          city: 'Albany',
          email: 'ann@example.com',
        },
        journeys: ['abandoned-cart', 'welcome'].map((journeyId, index) => ({
          journeyId,
          key: `0d3b5b8c-7f3e-4f0e-8a37-5b1f6d2a9e1${index}`,
          definition: 'kX3v9QmZ2LpA',
          since: NOW - index * 3_600_000,
          stepId: 'next-day',
          heldOut: false,
          variant: index === 0 ? 'bold' : null,
          event: { name: 'Product Added', time: NOW, properties: { name: 'Matte lipstick no. 37' } },
          picked: {},
          shows: [
            {
              stepId: 'remind',
              placements: ['home.hero'],
              intent: 'serve',
              priority: 60,
              until: NOW + 86_400_000,
              variant: null,
            },
          ],
          asks: [{ stepId: 'ask', questionId: 'why-left', intent: 'serve', until: null }],
        })),
        grants: [
          {
            grantId: 'b1N0y3pQ7rS5tU9vW2xYzA',
            offerId: catalog.offers[0]?.id ?? '',
            expiresAt: NOW + 86_400_000,
            because: 'You left a cart',
            status: 'held',
          },
        ],
      },
      request: {
        placements: ['home.hero', 'home.grid', 'cart.banner'].map((id) => ({ id, limit: 4 })),
        channel: 'web',
        cart: {
          id: '0d3b5b8c-7f3e-4f0e-8a37-5b1f6d2a9e10',
          currency: 'USD',
          shipping: 599,
          lines: Array.from({ length: 20 }, (_, index) => ({
            id: `line-${index + 1}`,
            sku: `SKU-${(index * 7919 + 1003).toString(36).toUpperCase()}`,
            name: `${['Matte lipstick', 'Wireless headphones', 'Glass kettle'][index % 3]} no. ${index * 37}`,
            category: categories[index % 3] ?? '',
            quantity: 1 + (index % 3),
            unitPrice: 995 + index * 317,
            attributes: { colour: ['red', 'black', 'steel'][index % 3] ?? '', size: index % 5 },
          })),
          updatedAt: null,
        },
        context: {
          locale: 'en-US',
          timezone: 'America/New_York',
          page: { path: '/cart', referrer: 'https://www.example.com/search?q=lipstick', title: 'Your cart' },
        },
        account: null,
        explain: false,
      },
      now: NOW,
      decisionId: 'vQx7mT3pYl0aVn2Kc8dRzUw.mi9x0k1s-3d1e5f0a-7a54-4a42-9a0e-7d1f0c3b2a11',
      unread: false,
      warnings: [],
    };
    const answer = complete(input, []);
    expect(answer.cart?.applied.length).toBeGreaterThan(0);
    const bytes = pack(recordOf(input, answer, '0.1.0')).length;
    expect(bytes).toBeGreaterThan(500);
    expect(bytes).toBeLessThanOrEqual(2048);
  });
});
