import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LoggedDecision, ShownSummary } from '../../../lib/domain/decision/shown.ts';
import {
  readCursor,
  readTimeline,
  type TimelineDeps,
  writeCursor,
} from '../../../lib/service/read-timeline.ts';

const key = (at: number, index: number): string => `${String(at).padStart(6, '0')}-${index}`;

/** Sources that hold these, as a store would page them; asked for many decisions they give few at once. */
const sources = (
  entries: { readonly [visitorId: string]: readonly number[] },
  decisions: { readonly [visitorId: string]: readonly (readonly [number, ShownSummary])[] },
  atOnce = 3,
): TimelineDeps => {
  const page = <T extends { readonly key: string }>(
    all: readonly T[],
    before: string | null,
    limit: number,
  ) => {
    const older = all
      .filter((each) => before === null || each.key < before)
      .sort((a, b) => (a.key < b.key ? 1 : -1));
    return { found: older.slice(0, limit), more: older.length > limit };
  };
  return {
    listEntries: async (visitorId, before, limit) => {
      const all = (entries[visitorId] ?? []).map((at, index) => ({
        key: key(at, index),
        at,
        entry: { kind: 'event', name: `${visitorId} ${at} ${index}`, messageId: 'm' } as const,
      }));
      const { found, more } = page(all, before, limit);
      return { entries: found, more };
    },
    listDecisions: async (visitorId, before, limit) => {
      const all = (decisions[visitorId] ?? []).map(([at, shown], index): LoggedDecision => {
        const decisionKey = key(at, index);
        return { key: decisionKey, decisionId: `${visitorId}.${decisionKey}`, at, shown };
      });
      const { found, more } = page(all, before, Math.min(limit, atOnce));
      return { decisions: found, more };
    },
  };
};

const showing = (...items: readonly string[]): ShownSummary => ({
  placements: { page: items },
  offers: [],
  serviceFirst: false,
});

const wholeStory = async (deps: TimelineDeps, visitorIds: readonly string[], limit: number) => {
  const items: object[] = [];
  let next: string | null = null;
  let pages = 0;
  do {
    const cursor = next === null ? {} : readCursor(next, visitorIds);
    if (cursor === null) throw new Error('a cursor that was given is not taken');
    const page = await readTimeline(deps, visitorIds, cursor, limit);
    expect(page.items.length).toBeLessThanOrEqual(limit);
    items.push(...page.items);
    next = page.next;
    pages += 1;
  } while (next !== null && pages < 500);
  expect(pages).toBeLessThan(500);
  return items;
};

describe('a story', () => {
  it('tells of decisions those that showed something else than the one before', async () => {
    const deps = sources(
      {},
      {
        v: [
          [1, showing()],
          [2, showing('a')],
          [3, showing('a')],
          [4, { ...showing('a'), offers: ['ten'] }],
          [5, { ...showing('a'), serviceFirst: true }],
          [6, showing()],
          [7, { ...showing(), placements: {} }],
        ],
      },
    );
    const items = await wholeStory(deps, ['v'], 10);
    expect(items).toMatchObject([
      { kind: 'decision', placements: { page: [] }, offers: [] },
      { serviceFirst: true },
      { placements: { page: ['a'] }, offers: ['ten'] },
      { at: '1970-01-01T00:00:00.002Z', placements: { page: ['a'] }, offers: [] },
    ]);
  });

  it('is the same in pages of any size, newest first, without a gap or a double', async () => {
    const times = fc.array(fc.nat(40), { maxLength: 30 });
    const decisions = fc.array(
      fc.tuple(fc.nat(40), fc.constantFrom(showing(), showing('a'), showing('b'))) as fc.Arbitrary<
        readonly [number, ShownSummary]
      >,
      { maxLength: 30 },
    );
    await fc.assert(
      fc.asyncProperty(
        times,
        times,
        decisions,
        decisions,
        fc.integer({ min: 1, max: 7 }),
        async (a, b, c, d, limit) => {
          const deps = sources({ v: a, w: b }, { v: c, w: d });
          const inPages = await wholeStory(deps, ['v', 'w'], limit);
          const atOnce = await wholeStory(deps, ['v', 'w'], 200);
          const text = (items: readonly object[]) => items.map((item) => JSON.stringify(item)).sort();
          expect(text(inPages)).toEqual(text(atOnce));
          expect(inPages.length).toBeGreaterThanOrEqual(a.length + b.length);
          const told = inPages.map((item) => ('at' in item ? String(item.at) : ''));
          expect(told).toEqual(told.toSorted().reverse());
        },
      ),
      { numRuns: 200 },
    );
  });

  it('of a thousand decisions that change nothing comes in several pages, some of them empty', async () => {
    const same = Array.from({ length: 2500 }, (_, index): [number, ShownSummary] => [index, showing('a')]);
    const deps = sources({ v: [5] }, { v: same }, 100);
    const first = await readTimeline(deps, ['v'], {}, 10);
    expect(first.items).toEqual([]);
    expect(first.next).not.toBeNull();
    expect(await wholeStory(deps, ['v'], 10)).toHaveLength(2);
  });

  it('tells of timers when they fire in the words of all other times', async () => {
    const timer = { kind: 'timer', what: 'set', due: Date.UTC(2026, 2, 3, 8) } as const;
    const deps: TimelineDeps = {
      ...sources({}, {}),
      listEntries: async () => ({ entries: [{ key: key(1, 0), at: 1, entry: timer }], more: false }),
    };
    expect(await wholeStory(deps, ['v'], 10)).toMatchObject([
      { what: 'set', due: '2026-03-03T08:00:00.000Z' },
    ]);
  });

  it('takes no cursor that it did not give', () => {
    for (const text of ['', 'x', 'bnVsbA', writeCursor({ a: 'b' }).slice(1)])
      expect(readCursor(text, ['v'])).toBeNull();
    expect(readCursor(writeCursor({ a: 'b' }), ['v'])).toEqual({ a: 'b' });
  });
});
