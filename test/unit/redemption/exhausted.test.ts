import { describe, expect, it } from 'vitest';
import type { ExhaustedCap } from '../../../lib/contracts/control.ts';
import type { Seen } from '../../../lib/domain/redemption/take.ts';
import { changesOf, roomLeft } from '../../../lib/service/redeem/exhausted.ts';
import { percentOff } from '../../contract/client.ts';
import { catalogOf, definitionsOf } from '../catalog/support.ts';

const NOW = 1_000_000_000;
const MINUTE = 60_000;

const catalog = catalogOf(definitionsOf([percentOff('c', 10, { limits: { total: 5, budget: 900 } })]));

const entry = (rest: Partial<ExhaustedCap> = {}): ExhaustedCap => ({
  offerId: 'c',
  limit: 'total',
  of: 5,
  left: 0,
  at: NOW,
  ...rest,
});

const total = (used: number): Seen => ({
  kind: 'cap',
  want: { kind: 'cap', limit: 'total', cap: { capId: 'c/total', limit: 5, parts: 1 }, amount: 1 },
  parts: [{ part: 0, left: 5 - used, used, limit: 5, version: 1 }],
});

describe('the digest of exhausted caps', () => {
  it('is believed for five minutes, of the limit that the catalog has', () => {
    expect(roomLeft([entry(), entry({ limit: 'budget', of: 900, left: 30 })], catalog, NOW)).toEqual({
      room: { c: { total: 0, budget: 30 } },
    });
    expect(roomLeft([entry()], catalog, NOW + 5 * MINUTE)).toEqual({});
    expect(roomLeft([entry({ of: 4 })], catalog, NOW)).toEqual({});
    expect(roomLeft([entry({ offerId: 'other' })], catalog, NOW)).toEqual({});
  });

  it('is told of the last use, once, and again before it is no longer believed', () => {
    const seen = new Map([['c', [total(4)]]]);
    const took = new Set(['c']);
    expect(changesOf(seen, [], took, NOW).found).toEqual([entry()]);
    expect(changesOf(seen, [], new Set(), NOW)).toEqual({ found: [], restored: [] });
    const gone = new Map([['c', [total(5)]]]);
    expect(changesOf(gone, [entry()], new Set(), NOW + MINUTE)).toEqual({ found: [], restored: [] });
    expect(changesOf(gone, [entry()], new Set(), NOW + 3 * MINUTE).found).toHaveLength(1);
  });

  it('loses an offer that has room again', () => {
    expect(changesOf(new Map([['c', [total(2)]]]), [entry()], new Set(['c']), NOW)).toEqual({
      found: [],
      restored: ['c'],
    });
  });
});
