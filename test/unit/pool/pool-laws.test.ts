import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Asker,
  candidateKey,
  emptyPool,
  joinPool,
  MAX_CANDIDATES,
  markTold,
  offerSeats,
  type Pool,
  releaseSeat,
  seatHolders,
  untold,
} from '../../../lib/domain/pool/pool.ts';
import { seatEventOf } from '../../../lib/domain/pool/seat-event.ts';
import { failsOn } from '../law.ts';

const CLOSES_AT = 20_000;
/** When every pool of these tests is closed. */
const LONG_AFTER = 100_000;
const SEATS = 2;

const asker = (person: number): Asker => ({ visitorId: `v${person}`, run: `r${person}`, stepId: 'seats' });

/** People 0 to 5; of two ranks, so that ties are common. */
const rankOf = (person: number): number => person % 2;

const join = (pool: Pool, person: number, now = 0): Pool =>
  joinPool(pool, asker(person), { rank: rankOf(person), seats: SEATS, closesAt: CLOSES_AT }, now);

const joinAll = (people: readonly number[]): Pool =>
  people.reduce((pool, person) => join(pool, person), emptyPool('p'));

type Act = {
  readonly what: 'join' | 'release' | 'tell' | 'look';
  readonly person: number;
  readonly at: number;
};

const acts: fc.Arbitrary<readonly Act[]> = fc.array(
  fc.record({
    what: fc.constantFrom('join', 'join', 'release', 'tell', 'look'),
    person: fc.integer({ min: 0, max: 5 }),
    at: fc.constantFrom(0, 5000, 20_000, 30_000),
  }),
  { maxLength: 30 },
);

const play = (pool: Pool, { what, person, at }: Act): Pool => {
  const changed =
    what === 'join'
      ? join(pool, person, at)
      : what === 'release'
        ? releaseSeat(pool, asker(person))
        : what === 'tell'
          ? markTold(pool, untold(pool))
          : pool;
  return offerSeats(changed, at);
};

const peopleIn = (pool: Pool): readonly string[] => seatHolders(pool).map(({ visitorId }) => visitorId);

const settled = (pool: Pool): Pool => offerSeats(pool, LONG_AFTER);

describe('a pool', () => {
  it('never gives more seats than there are, nor one to whom gave it back, nor a second one', () => {
    fc.assert(
      fc.property(acts, (all) => {
        let pool = emptyPool('p');
        const gone = new Set<string>();
        for (const act of all) {
          pool = play(pool, act);
          if (act.what === 'release') gone.add(`v${act.person}`);
          const holders = peopleIn(pool);
          expect(holders.length).toBeLessThanOrEqual(SEATS);
          expect(new Set(holders).size).toBe(holders.length);
          expect(holders.filter((holder) => gone.has(holder))).toEqual([]);
        }
      }),
    );
  });

  it('never leaves a seat free once it is closed and somebody waits', () => {
    fc.assert(
      fc.property(acts, (all) => {
        const pool = settled(all.reduce(play, emptyPool('p')));
        const waits = pool.candidates.some(({ status }) => status === 'waiting');
        if (waits) expect(peopleIn(pool)).toHaveLength(SEATS);
      }),
    );
  });

  it('gives the seats to the best who gathered, ties by visitor id, in whatever order and however often they asked', () => {
    const people = fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(people, (asked) => {
        const pool = settled(joinAll(asked));
        const best = [...new Set(asked)].sort((a, b) => rankOf(b) - rankOf(a) || a - b).slice(0, SEATS);
        expect([...peopleIn(pool)].sort()).toEqual(best.map((person) => `v${person}`).sort());
      }),
    );
  });

  it('gives nobody a seat whose release came before their request', () => {
    const pool = settled(join(releaseSeat(emptyPool('p'), asker(1)), 1));
    expect(peopleIn(pool)).toEqual([]);
    expect(peopleIn(settled(join(pool, 3)))).toEqual(['v3']);
  });

  it('gives a late one a seat that is free, and else lets them wait for one', () => {
    const early = settled(joinAll([0, 1]));
    const full = settled(join(early, 3));
    expect(peopleIn(full)).toEqual(['v0', 'v1']);
    expect(peopleIn(settled(releaseSeat(full, asker(0))))).toEqual(['v1', 'v3']);
  });

  it('gives no seat before it is closed', () => {
    expect(peopleIn(offerSeats(joinAll([0, 1]), CLOSES_AT - 1))).toEqual([]);
  });

  it('gathers for a while, though its time was over when the first asked', () => {
    const late = join(emptyPool('p'), 0, CLOSES_AT + 60_000);
    expect(peopleIn(offerSeats(late, CLOSES_AT + 69_999))).toEqual([]);
    expect(peopleIn(offerSeats(late, CLOSES_AT + 70_000))).toEqual(['v0']);
  });

  it('remembers whom it has not told, and tells them all with one messageId each', () => {
    const pool = settled(joinAll([0, 1]));
    const ids = untold(pool).map((candidate) => seatEventOf('p', candidate).messageId);
    expect(new Set(ids).size).toBe(2);
    const told = markTold(pool, untold(pool));
    expect([untold(told), peopleIn(told)]).toEqual([[], ['v0', 'v1']]);
    expect(markTold(releaseSeat(pool, asker(0)), [asker(0)]).candidates[0]?.status).toBe('released');
  });

  it('stays bounded, and lets those go who would get a seat last', () => {
    let pool = emptyPool('p');
    for (let person = 0; person < MAX_CANDIDATES; person++) {
      const { candidates } = pool;
      pool = {
        ...pool,
        candidates: [...candidates, { ...asker(person), rank: 1, status: 'waiting', offeredAt: null }],
      };
    }
    pool = joinPool(pool, asker(MAX_CANDIDATES), { rank: 0, seats: 1, closesAt: 0 }, 0);
    expect(pool.candidates).toHaveLength(MAX_CANDIDATES);
    expect(pool.candidates.some(({ run }) => run === `r${MAX_CANDIDATES}`)).toBe(false);
    pool = joinPool(pool, asker(MAX_CANDIDATES), { rank: 2, seats: 1, closesAt: 0 }, 0);
    expect(pool.candidates).toHaveLength(MAX_CANDIDATES);
    expect(peopleIn(settled(pool))).toEqual([`v${MAX_CANDIDATES}`]);
  });

  it('is caught where it would forget a release', () => {
    const law = (forgets: boolean) =>
      fc.property(acts, (all) => {
        let pool = emptyPool('p');
        for (const act of all) {
          const next = play(pool, act);
          const gave = act.what === 'release' ? candidateKey(asker(act.person)) : null;
          pool =
            forgets && gave !== null
              ? { ...next, candidates: next.candidates.filter((c) => candidateKey(c) !== gave) }
              : next;
        }
        const released = new Set(
          all.filter(({ what }) => what === 'release').map(({ person }) => `v${person}`),
        );
        return peopleIn(settled(pool)).every((holder) => !released.has(holder));
      });
    expect([failsOn(law(false)), failsOn(law(true))]).toEqual([false, true]);
  });
});
