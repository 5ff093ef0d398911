import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decideGuarded } from '../../../lib/domain/decision/decide-guarded.ts';
import { codeOf } from '../../../lib/domain/offer/single-use-code.ts';
import { type CountGuesses, createCodeDesk } from '../../../lib/service/codes/code-desk.ts';
import { catalogOf, definitionsOf, documents } from '../catalog/support.ts';
import { cartOf, visitor } from '../decision/support.ts';

const SECRET = Buffer.alloc(32, 4);
const HOUR = 3_600_000;
const START = Date.UTC(2026, 10, 26, 12);
const catalog = catalogOf(
  definitionsOf(
    documents(`
{ kind: offer, id: one, codes: { count: 5 }, reward: { type: percentage, value: 10 } }
---
{ kind: offer, id: two, code: RIGHT, reward: { type: percentage, value: 20 } }
`),
  ),
);
const RIGHT = [codeOf(SECRET, { offerId: 'one', prefix: '' }, 2), 'RIGHT'];

/** What somebody sends: under which of their ids, which codes, and how much later. */
interface Ask {
  readonly visitorId: string;
  readonly codes: readonly string[];
  readonly after: number;
}

const anyAsk: fc.Arbitrary<Ask> = fc.record({
  visitorId: fc.integer({ min: 1, max: 12 }).map((n) => `v-${n}`),
  codes: fc.array(
    fc.oneof(
      { weight: 6, arbitrary: fc.integer({ min: 0, max: 400 }).map((n) => `WRONG-${n}`) },
      { weight: 1, arbitrary: fc.constantFrom(...RIGHT) },
    ),
    { minLength: 1, maxLength: 9 },
  ),
  after: fc.oneof({ weight: 200, arbitrary: fc.constant(1000) }, { weight: 1, arbitrary: fc.constant(HOUR) }),
});

/** One address asks; told is whatever was answered by what is true of it, within an hour of the clock. */
const play = async (asks: readonly Ask[], careless: (count: CountGuesses) => CountGuesses) => {
  const sets = new Map<string, Set<string>>();
  const setOf = (id: string, hour: number): Set<string> => {
    const set = sets.get(`${id} ${hour}`) ?? new Set();
    sets.set(`${id} ${hour}`, set);
    return set;
  };
  const count: CountGuesses = async ({ id }, hour, guesses) => {
    for (const guess of guesses) setOf(id, hour).add(guess);
  };
  const desk = createCodeDesk({ secret: async () => SECRET, count: careless(count), onDegraded: () => {} });
  const told = new Map<string, Set<string>>();
  let now = START;
  for (const { visitorId, codes, after } of asks) {
    now += after;
    const asker = {
      caller: { id: 'pk', kind: 'publishable' as const },
      visitorIds: [visitorId],
      address: '::1',
      now,
    };
    const one = await desk(codes, asker);
    const { guessers = [], hour = 0 } = one.question ?? {};
    const reading = { taken: new Map(), guesses: guessers.map(({ id }) => [...setOf(id, hour)]) };
    const request = { placements: [], channel: null, context: {}, account: null, explain: false };
    const { answer, input, wrongCodes } = decideGuarded(
      {
        catalog,
        profile: visitor(),
        request: { ...request, cart: { ...cartOf(5000), codes } },
        now,
        decisionId: 'd',
        unread: false,
        warnings: [],
        codes: await one.known(catalog, reading, visitorId),
      },
      (wrong) => one.isGuarded(wrong, reading),
    );
    await one.count(wrongCodes);
    const isOpen = input.codes?.standing === 'open';
    if (!isOpen && (answer.cart?.applied.length ?? 0) > 0) return null;
    for (const who of isOpen ? [visitorId, 'address'] : []) {
      const key = `${who} ${Math.floor(now / HOUR)}`;
      told.set(key, new Set([...(told.get(key) ?? []), ...wrongCodes]));
    }
  }
  return [...told].map(([key, codes]) => ({ isAddress: key.startsWith('address'), codes: codes.size }));
};

const guessesTellNoMore = (careless: (count: CountGuesses) => CountGuesses) =>
  fc.asyncProperty(fc.array(anyAsk, { minLength: 1, maxLength: 60, size: 'max' }), async (asks) => {
    const told = await play(asks, careless);
    return told?.every(({ isAddress, codes }) => codes <= (isAddress ? 50 : 10)) === true;
  });

describe('whoever guesses', () => {
  it('learns of at most ten wrong codes an hour as a visitor, of fifty as an address, and of no right one after', async () => {
    await fc.assert(
      guessesTellNoMore((count) => count),
      { numRuns: 60 },
    );
  });

  it.each<[string, (count: CountGuesses) => CountGuesses]>([
    ['nobody counts', () => async () => {}],
    [
      'an address is not counted',
      (count) =>
        async (who, ...rest) =>
          who.kind === 'address' ? undefined : count(who, ...rest),
    ],
    [
      'of several only one is counted',
      (count) =>
        async (who, hour, [first = '']) =>
          count(who, hour, [first]),
    ],
  ])('is seen to learn more where %s', async (_, careless) => {
    const { failed } = await fc.check(guessesTellNoMore(careless), { numRuns: 1000, endOnFailure: true });
    expect(failed).toBe(true);
  });
});
