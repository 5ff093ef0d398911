import { describe, expect, it } from 'vitest';
import type { Cart } from '../../../lib/domain/cart/cart.ts';
import { useCountersOf } from '../../../lib/domain/catalog/use-counters.ts';
import type { GrantProfile, Profile } from '../../../lib/domain/visitor/profile.ts';
import { catalogOf, definitionsOf, documents } from '../catalog/support.ts';
import { cartOf, decideFor, NOW, outcomeOf, problem, visitor } from './support.ts';

const withCodes = (cart: Cart, ...codes: readonly string[]): Cart => ({ ...cart, codes });
const appliedOf = ({ answer }: ReturnType<typeof decideFor>): readonly string[] =>
  answer.cart?.applied.map(({ offerId }) => offerId) ?? [];
const warningsOf = ({ answer }: ReturnType<typeof decideFor>): readonly string[] =>
  answer.warnings.map(({ code }) => code);
const grantOf = (offerId: string): GrantProfile => ({
  grantId: `grant-of-${offerId}`,
  offerId,
  expiresAt: null,
  because: null,
  status: 'held',
});

describe('an offer with a code', () => {
  const rules = `
{ kind: offer, id: welcome, code: WELCOME, where: { cart.total: { $gte: 3000 } }, reward: { type: percentage, value: 10 } }
---
{ kind: offer, id: own, code: MINE, requiresGrant: true, reward: { type: percentage, value: 20 } }
---
{ kind: offer, id: past, code: PAST, until: 2026-01-01T00:00:00Z, reward: { type: percentage, value: 20 } }
`;
  const cart = cartOf(5000);

  it('applies where its code is in the cart, however it is typed, once', () => {
    const decision = decideFor(rules, visitor(), { cart: withCodes(cart, ' welcome', 'WELCOME') });
    expect(decision.answer.cart?.applied).toMatchObject([{ offerId: 'welcome', amount: 500 }]);
    expect(decision.answer.warnings).toEqual([]);
    expect(decideFor(rules, visitor(), { cart: withCodes(cart, 'WELCOME') }).answer.cart?.applied).toEqual([
      { offerId: 'welcome', code: 'WELCOME', amount: 500, label: 'welcome' },
    ]);
  });

  it('does not apply without it', () => {
    const decision = decideFor(rules, visitor(), { cart });
    expect(appliedOf(decision)).toEqual([]);
    expect(outcomeOf(decision, 'welcome')).toEqual({ offerId: 'welcome', status: 'NOT_GRANTED' });
  });

  it('says what is missing of the cart', () => {
    const decision = decideFor(rules, visitor(), { cart: withCodes(cartOf(2580), 'WELCOME') });
    expect(appliedOf(decision)).toEqual([]);
    expect(warningsOf(decision)).toEqual(['CODE_NOT_APPLIED']);
    expect(decision.answer.warnings[0]?.message).toContain('cart.total is 2580, expected $gte 3000');
    expect(outcomeOf(decision, 'welcome')).toMatchObject({
      status: 'INELIGIBLE',
      needed: 3000,
      actual: 2580,
      gap: 420,
    });
  });

  it("answers a code that is somebody else's or of another time as one that nobody knows", () => {
    for (const code of ['MINE', 'PAST', 'NO-SUCH']) {
      expect(decideFor(rules, visitor(), { cart: withCodes(cart, code) }).answer.warnings).toEqual([
        { code: 'CODE_UNKNOWN', message: `The code ${code} is not known.` },
      ]);
    }
    const granted = decideFor(rules, visitor({ grants: [grantOf('own')] }), {
      cart: withCodes(cart, 'MINE'),
    });
    expect(granted.answer.cart?.applied).toMatchObject([
      { offerId: 'own', grantId: 'grant-of-own', code: 'MINE', amount: 1000 },
    ]);
  });

  it('is not withheld by the global holdout: who typed a code asks for it', () => {
    const held = `${rules}\n---\n{ kind: settings, id: s, globalHoldout: 100 }`;
    expect(appliedOf(decideFor(held, visitor(), { cart: withCodes(cart, 'WELCOME') }))).toEqual(['welcome']);
  });

  it('is one of two where two offers share a code, and both where they combine', () => {
    const shared = `
{ kind: offer, id: ten, code: DUO, reward: { type: percentage, value: 10 }, combine: { group: a, with: [b] } }
---
{ kind: offer, id: ship, code: duo, reward: { type: freeShipping }, combine: { group: b, with: [a] } }
`;
    const decision = decideFor(shared, visitor(), { cart: { ...withCodes(cart, 'duo'), shipping: 499 } });
    expect(appliedOf(decision)).toEqual(['ship', 'ten']);
    expect(warningsOf(decision)).toEqual([]);
  });
});

describe('an offer to be claimed', () => {
  const rules = `
{ kind: offer, id: tote, apply: claim, label: A bag, where: { cart.total: { $gte: 3000 } }, reward: { type: gift, sku: TOTE } }
---
{ kind: offer, id: seat, requiresGrant: true, reward: { type: upgrade, to: business } }
`;

  it('is listed where its condition holds, and not applied', () => {
    const decision = decideFor(rules, visitor(), { cart: cartOf(5000) });
    expect(decision.answer.offers).toEqual([{ offerId: 'tote', label: 'A bag', status: 'AVAILABLE' }]);
    expect(appliedOf(decision)).toEqual([]);
    expect(outcomeOf(decision, 'tote')).toEqual({ offerId: 'tote', status: 'SHOWN' });
    expect(decideFor(rules, visitor(), { cart: cartOf(2000) }).answer.offers).toEqual([]);
  });

  it('needs its grant where it says so', () => {
    expect(decideFor(rules, visitor({ grants: [grantOf('seat')] })).answer.offers).toMatchObject([
      { offerId: 'seat', grantId: 'grant-of-seat', to: 'business' },
    ]);
    expect(outcomeOf(decideFor(rules, visitor()), 'seat')).toMatchObject({ status: 'NOT_GRANTED' });
  });
});

describe("a contract's prices", () => {
  const cart = cartOf(1000, 2000);
  const stated =
    '{ kind: offer, id: terms, reward: { type: contractPrice, prices: { s0: 800 } }, where: { account.id: acme } }';
  const account = { id: 'acme', traits: { contract: { prices: { s0: 700, s1: 2500, s2: 'free' } } } };
  const own = '{ kind: offer, id: terms, reward: { type: contractPrice, account: account.contract.prices } }';

  it('apply by themselves to whom they are for', () => {
    expect(decideFor(stated, visitor({ account }), { cart }).answer.cart).toMatchObject({
      total: 2800,
      lines: [{ unitPrice: 1000, discounts: [{ offerId: 'terms', amount: 200 }], total: 800 }, {}],
    });
    expect(decideFor(stated, visitor(), { cart }).answer.cart?.total).toBe(3000);
  });

  it("are the account's own where the offer says where to find them, and never raise a price", () => {
    expect(decideFor(own, visitor({ account }), { cart }).answer.cart?.total).toBe(2700);
    expect(decideFor(own, visitor(), { cart, account }).answer.cart?.total).toBe(2700);
    const short = own.replace('account.contract', 'contract');
    expect(decideFor(short, visitor({ account }), { cart }).answer.cart?.total).toBe(2700);
    expect(decideFor(own, visitor(), { cart }).answer.cart?.total).toBe(3000);
  });

  it('hold in the global holdout, and while a problem is open', () => {
    const held = `${stated}\n---\n{ kind: settings, id: s, globalHoldout: 100 }`;
    expect(appliedOf(decideFor(held, visitor({ account }), { cart }))).toEqual(['terms']);
    const troubled = visitor({ account, problems: [problem('high')] });
    expect(appliedOf(decideFor(stated, troubled, { cart }))).toEqual(['terms']);
  });
});

describe('an offer on lines', () => {
  const rules = `
{ kind: offer, id: on-s0, lines: { line.sku: s0 }, reward: { type: percentage, value: 10 }, until: 2030-01-01T00:00:00Z }
---
{ kind: offer, id: on-z, lines: { line.sku: z }, reward: { type: percentage, value: 50 }, until: 2030-01-01T00:00:00Z }
---
{ kind: offer, id: dear, lines: { line.unitPrice: { $gte: 2000 } }, reward: { type: fixedPrice, value: 1900 }, until: 2030-01-01T00:00:00Z }
`;

  it('has no effect on a cart that has none of them', () => {
    const decision = decideFor(rules, visitor(), { cart: cartOf(1000, 2000) });
    expect(decision.answer.cart?.applied).toMatchObject([{ offerId: 'dear', amount: 100 }]);
    expect(outcomeOf(decision, 'on-z')).toEqual({ offerId: 'on-z', status: 'NO_EFFECT' });
    expect(outcomeOf(decision, 'on-s0')).toMatchObject({ status: 'BEATEN', by: 'dear', difference: 0 });
  });
});

describe('the decision of a cart in another currency', () => {
  it('says which currency an amount is in', () => {
    const rules =
      '{ kind: offer, id: off, reward: { type: amount, value: 500 }, until: 2030-01-01T00:00:00Z }';
    const decision = decideFor(rules, visitor(), { cart: { ...cartOf(5000), currency: 'JPY' }, now: NOW });
    expect(outcomeOf(decision, 'off')).toMatchObject({
      status: 'INELIGIBLE',
      fact: 'cart.currency',
      needed: 'EUR',
      actual: 'JPY',
    });
  });
});

describe('an offer that one person may have so often', () => {
  const rules = `
{ kind: offer, id: twice, reward: { type: percentage, value: 10 }, limits: { perVisitor: 2 } }
---
{ kind: offer, id: seat, apply: claim, reward: { type: upgrade, to: business }, limits: { perVisitor: 1 } }
`;
  const catalog = catalogOf(definitionsOf(documents(rules)));
  const told = (offerId: string, redeemed: number, returned = 0) => {
    const counters = useCountersOf(catalog.offerById.get(offerId)?.definition ?? { id: '' });
    const counter = (total: number) => ({ total, times: [] });
    if (counters === null) throw new Error('nothing is counted');
    return {
      ...(redeemed === 0 ? {} : { [counters.redeemed.id]: counter(redeemed) }),
      ...(returned === 0 ? {} : { [counters.returned.id]: counter(returned) }),
    };
  };
  const decided = (counters: Profile['counters']) =>
    decideFor(rules, visitor({ counters }), { cart: cartOf(5000) });

  it('is capped for whoever had it so often, and for nobody else', () => {
    expect(appliedOf(decided({}))).toEqual(['twice']);
    expect(appliedOf(decided(told('twice', 1)))).toEqual(['twice']);
    const had = decided(told('twice', 2));
    expect(appliedOf(had)).toEqual([]);
    expect(outcomeOf(had, 'twice')).toEqual({ offerId: 'twice', status: 'CAPPED', limit: 'perVisitor' });
  });

  it('is theirs again once a paid order gave it back', () => {
    expect(appliedOf(decided(told('twice', 2, 1)))).toEqual(['twice']);
  });

  it('is not told to be there to be claimed where it is not', () => {
    const listed = ({ answer }: ReturnType<typeof decideFor>) => answer.offers.map(({ offerId }) => offerId);
    expect(listed(decided({}))).toEqual(['seat']);
    const had = decided(told('seat', 1));
    expect(listed(had)).toEqual([]);
    expect(outcomeOf(had, 'seat')).toMatchObject({ status: 'CAPPED', limit: 'perVisitor' });
  });
});
