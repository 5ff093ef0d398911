import { describe, expect, it } from 'vitest';
import { type DecisionInput, decide } from '../../../lib/domain/decision/decide.ts';
import type { KnownCodes } from '../../../lib/domain/decision/known-codes.ts';
import { catalogOf, definitionsOf, documents } from '../catalog/support.ts';
import { cartOf, NOW, visitor } from './support.ts';

const catalog = catalogOf(
  definitionsOf(
    documents(`
{ kind: segment, id: vip, where: { traits.vip: true } }
---
{ kind: offer, id: single, codes: { prefix: W-, count: 9 }, where: { cart.total: { $gte: 3000 } }, reward: { type: percentage, value: 10 } }
---
{ kind: offer, id: big, code: BIG, where: { cart.total: { $gte: 9000 } }, reward: { type: percentage, value: 10 } }
---
{ kind: offer, id: vips, code: VIPS, where: { cart.total: { $gte: 9000 }, $and: [{ segment: vip }] }, reward: { type: percentage, value: 10 } }
---
{ kind: offer, id: past, code: PAST, until: 2026-01-01T00:00:00Z, where: { cart.total: { $gte: 9000 } }, reward: { type: percentage, value: 10 } }
---
{ kind: offer, id: usd, code: USD, where: { cart.currency: USD }, reward: { type: percentage, value: 10 } }
---
{ kind: offer, id: not-vip, code: NORMAL, where: { $not: { segment: vip }, $or: [{ cart.total: { $gte: 9000 } }, { cart.itemCount: { $gte: 9 } }] }, reward: { type: percentage, value: 10 } }
`),
  ),
);

const known = (changes: Partial<KnownCodes> = {}): KnownCodes => ({
  standing: 'open',
  isTrusted: false,
  singleUse: [
    { code: 'W-1', offerId: 'single', serial: 1, used: false },
    { code: 'W1', offerId: 'single', serial: 1, used: false },
    { code: 'W-2', offerId: 'single', serial: 2, used: true },
    { code: 'W-3', offerId: 'single', serial: 3, used: false },
  ],
  ...changes,
});

const decided = (typed: readonly string[], codes = known(), rest: Partial<DecisionInput> = {}) => {
  const { answer, wrongCodes } = decide({
    catalog,
    profile: visitor(),
    request: {
      placements: [],
      channel: null,
      context: {},
      account: null,
      explain: false,
      cart: { ...cartOf(5000), codes: typed },
    },
    now: NOW,
    decisionId: 'd',
    unread: false,
    warnings: [],
    codes,
    ...rest,
  });
  return {
    applied: answer.cart?.applied.map(({ code }) => code),
    warned: answer.warnings.map(({ code }) => code),
    messages: answer.warnings.map(({ message }) => message),
    wrongCodes,
  };
};

describe('a single-use code', () => {
  it('applies where it is genuine and no order has it, as it was typed first', () => {
    expect(decided(['w-1', 'W1'])).toEqual({ applied: ['w-1'], warned: [], messages: [], wrongCodes: [] });
    expect(decided(['W-2', 'w-3'])).toMatchObject({
      applied: ['w-3'],
      warned: ['CODE_UNKNOWN'],
      wrongCodes: ['W-2'],
    });
  });

  it('is not known to anybody else than a server where it was used', () => {
    expect(decided(['W-2'])).toMatchObject({
      applied: [],
      messages: ['The code W-2 is not known.'],
      wrongCodes: ['W-2'],
    });
    expect(decided(['W-2'], known({ isTrusted: true }))).toMatchObject({
      applied: [],
      messages: ['The code W-2 was used already.'],
      wrongCodes: ['W-2'],
    });
  });

  it('that is not needed, or lacks something of the cart, is no guess', () => {
    expect(decided(['W-1', 'W-3'])).toMatchObject({
      applied: ['W-1'],
      warned: ['CODE_NOT_APPLIED'],
      wrongCodes: [],
    });
    const small = { ...cartOf(1000), codes: ['W-1'] };
    const request = {
      placements: [],
      channel: null,
      context: {},
      account: null,
      explain: false,
      cart: small,
    };
    expect(decided([], known(), { request })).toMatchObject({
      applied: [],
      warned: ['CODE_NOT_APPLIED'],
      wrongCodes: [],
    });
  });

  it('that nobody looked up is unknown', () => {
    expect(decided(['W-1'], known({ singleUse: [] })).warned).toEqual(['CODE_UNKNOWN']);
  });
});

describe('what is said of a shared code to anybody', () => {
  it('is what the cart lacks, where the visitor could have it', () => {
    expect(decided(['BIG', 'NORMAL'])).toMatchObject({
      warned: ['CODE_NOT_APPLIED', 'CODE_NOT_APPLIED'],
      wrongCodes: [],
    });
    const vip = { profile: visitor({ traits: { vip: true } }) };
    expect(decided(['VIPS'], known(), vip).messages[0]).toContain('cart.total is 5000, expected $gte 9000');
  });

  it.each(['VIPS', 'PAST', 'USD', 'NONE'])(
    'is nothing where it is not for them, whatever the cart lacks: %s',
    (code) => {
      expect(decided([code])).toMatchObject({
        messages: [`The code ${code} is not known.`],
        wrongCodes: [code],
      });
    },
  );

  it('is not for somebody whom the condition excludes', () => {
    const vip = { profile: visitor({ traits: { vip: true } }) };
    expect(decided(['NORMAL'], known(), vip).warned).toEqual(['CODE_UNKNOWN']);
  });

  it('is why, to a server', () => {
    expect(decided(['VIPS', 'USD', 'NONE'], known({ isTrusted: true })).warned).toEqual([
      'CODE_NOT_APPLIED',
      'CODE_NOT_APPLIED',
      'CODE_UNKNOWN',
    ]);
  });
});

describe('codes that are guarded, or could not be looked up', () => {
  it.each([
    ['guarded', 'CODE_UNKNOWN'],
    ['unread', 'CODE_UNREAD'],
  ] as const)('apply nothing and are all answered alike: %s', (standing, warning) => {
    const rich = {
      request: {
        placements: [],
        channel: null,
        context: {},
        account: null,
        explain: false,
        cart: { ...cartOf(9900), codes: ['W-1', 'BIG', 'NONE'] },
      },
    };
    expect(decided([], known({ standing }), rich)).toMatchObject({
      applied: [],
      warned: [warning, warning, warning],
    });
    expect(decided([], known(), rich).applied).not.toEqual([]);
  });
});
