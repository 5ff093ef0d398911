import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Follow,
  type Follower,
  mergeFollows,
  mergeShards,
  placeOf,
  rankKey,
} from '../../../lib/domain/business/follower.ts';

const rank = fc.oneof(fc.double({ noNaN: true }), fc.integer({ min: -3, max: 3 }), fc.constant(-0));

describe('places', () => {
  it('are in the order of rank, highest first', () => {
    fc.assert(
      fc.property(rank, rank, (a, b) => {
        const order = rankKey(a) < rankKey(b) ? 1 : rankKey(a) > rankKey(b) ? -1 : 0;
        expect(order).toBe(a > b ? 1 : a < b ? -1 : 0);
      }),
      { numRuns: 2000 },
    );
  });

  it('of the same rank are in the order of visitor ids; what is no rank stands last', () => {
    expect(placeOf(5, 'a') < placeOf(5, 'b')).toBe(true);
    expect(rankKey(Number.NaN) > rankKey(-1e300)).toBe(true);
  });
});

describe('pages over shards', () => {
  const followerAt = (place: number): Follower => ({
    visitorId: `v${place}`,
    place: String(place).padStart(6, '0'),
    until: null,
    wave: null,
  });

  it('give every follower once and in order, however they are spread and however little is read', () => {
    const spread = fc.array(fc.tuple(fc.integer({ min: 0, max: 9999 }), fc.integer({ min: 0, max: 3 })), {
      maxLength: 60,
    });
    fc.assert(
      fc.property(
        spread,
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 1, max: 12 }),
        (all, share, limit) => {
          const shards = new Map<number, Map<number, Follower>>();
          for (const [place, shard] of all) {
            const home = shards.get(shard) ?? new Map<number, Follower>();
            shards.set(shard, home);
            if (![...shards.values()].some((other) => other.has(place))) home.set(place, followerAt(place));
          }
          const lists = [...shards.values()].map((shard) =>
            [...shard.values()].sort((a, b) => (a.place < b.place ? -1 : 1)),
          );
          const told: string[] = [];
          for (let after = '', more = true; more; ) {
            const reads = lists.map((list) => {
              const rest = list.filter(({ place }) => place > after);
              return { followers: rest.slice(0, share), more: rest.length >= share };
            });
            const page = mergeShards(reads, limit);
            told.push(...page.followers.map(({ place }) => place));
            after = page.followers.at(-1)?.place ?? after;
            more = page.more;
          }
          expect(told).toEqual([...new Set(lists.flat().map(({ place }) => place))].sort());
        },
      ),
    );
  });
});

describe('two follows of one visitor', () => {
  const follow = fc.record({
    followId: fc.constantFrom('a', 'b'),
    until: fc.option(fc.integer({ min: 0, max: 3 })),
    at: fc.integer({ min: 0, max: 2 }),
    version: fc.integer({ min: 0, max: 2 }),
  });
  // One commit has one follow of a definition and subject: its rank follows from it.
  const complete = (one: Pick<Follow, 'followId' | 'until' | 'at' | 'version'>): Follow => ({
    ...one,
    visitorId: 'v',
    subject: 's',
    rank: one.at * 10 + one.version,
    wave: null,
  });

  it('last as long as the longer and rank as the later, in any order and repetition', () => {
    fc.assert(
      fc.property(fc.array(follow, { minLength: 1, maxLength: 5 }), (follows) => {
        const all = follows.map(complete);
        const [first, ...rest] = all;
        if (first === undefined) return;
        const folded = rest.reduce(mergeFollows, first);
        const again = [...all].reverse().reduce(mergeFollows, folded);
        expect(again).toEqual(folded);
        expect(folded.until).toBe(
          all.some(({ until }) => until === null) ? null : Math.max(...all.map(({ until }) => until ?? 0)),
        );
      }),
    );
  });
});
