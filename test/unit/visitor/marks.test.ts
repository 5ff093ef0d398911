import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { base36, markOf } from '../../../lib/domain/hash.ts';
import { applyEvents } from '../../../lib/domain/visitor/apply.ts';
import type { VisitorEvent } from '../../../lib/domain/visitor/event.ts';
import {
  keepHomes,
  keepMarks,
  MARK_LIFE_MS,
  MAX_MARK_HOMES,
  MAX_MARKS,
  type Mark,
  mergeHomes,
} from '../../../lib/domain/visitor/marks.ts';
import { STRANGER, type Visitor } from '../../../lib/domain/visitor/state.ts';
import { failsOn } from '../law.ts';
import { CONTEXT, event, eventsOf, START } from './people.ts';

type KeepMarks = typeof keepMarks;

/** A store that keeps older marks as items of their own, and loses a race now and then. */
const live = (batches: readonly Batch[], keep: KeepMarks): Visitor => {
  let visitor = STRANGER;
  const older = new Set<string>();
  for (const { events, commitFails } of batches) {
    const { visitor: next, applied } = applyEvents(visitor, events, {
      ...CONTEXT,
      olderMarks: new Set(older),
    });
    if (applied.length === 0) continue;
    const fresh = applied.map((one): Mark => [markOf(one.messageId), one.receivedAt]);
    const { kept, evicted } = keep(visitor.state.marks, fresh, CONTEXT.now);
    for (const [mark] of evicted) older.add(mark);
    if (!commitFails) visitor = { ...next, state: { ...next.state, marks: kept } };
  }
  return visitor;
};

interface Batch {
  readonly events: readonly VisitorEvent[];
  readonly commitFails: boolean;
}

const MESSAGES = 200;
const messages = eventsOf(MESSAGES, 1000, () => ({}));

/** Every message arrives at least once in a commit that succeeds; many before that, and after. */
const busy: fc.Arbitrary<readonly Batch[]> = fc
  .array(
    fc.record({
      events: fc.subarray([...messages], { maxLength: 150 }),
      commitFails: fc.boolean(),
    }),
    { maxLength: 8 },
  )
  .chain((batches) =>
    fc
      .subarray([...messages], { maxLength: 100 })
      .map((again) => [
        ...batches,
        { events: messages, commitFails: false },
        { events: again, commitFails: false },
      ]),
  );

/** Each message takes effect once, whatever fails and however often it comes. */
const onceEach = (keep: KeepMarks) =>
  fc.property(busy, (batches) => live(batches, keep).state.events['Product Viewed']?.count === MESSAGES);

/** A bug: marks of events that are not committed yet are put away too. */
const evictsFreshMarks: KeepMarks = (committed, fresh, now) => keepMarks([...committed, ...fresh], [], now);

/** A bug: what no longer fits is forgotten. */
const forgetsOldMarks: KeepMarks = (committed, fresh, now) => ({
  ...keepMarks(committed, fresh, now),
  evicted: [],
});

describe('a mark', () => {
  it('stays what it was in earlier releases: visitors are stored with them', () => {
    expect(['m-1', 'rees46-2', 'draw:v1:grid-layout'].map(markOf)).toEqual([
      'p4qru1ulqmi8',
      '1036q5210lnman',
      '1rm8vzb12xhha5',
    ]);
  });

  const asToString = (convert: typeof base36) =>
    fc.property(
      fc.nat(2 ** 32 - 1),
      fc.integer({ min: 1, max: 7 }),
      (hash, width) => convert(hash, width) === hash.toString(36).padStart(width, '0'),
    );

  it('is the hash in base 36', () => {
    fc.assert(asToString(base36));
    expect(failsOn(asToString((hash) => base36(hash, 1)))).toBe(true);
  });
});

describe('a message', () => {
  it('takes effect once, however busy the visitor and whatever commit fails', () => {
    fc.assert(onceEach(keepMarks), { numRuns: 300 });
  });

  it.each([
    ['lost where its mark is put away before it is committed', evictsFreshMarks],
    ['counted twice where its mark is forgotten', forgetsOldMarks],
  ])('would be seen to be %s', (_, keep) => {
    expect(failsOn(onceEach(keep))).toBe(true);
  });
});

describe('the marks in the visitor item', () => {
  const marks = (count: number, from = 0): readonly Mark[] =>
    Array.from({ length: count }, (_, index) => [`k${from + index}`, START + from + index]);

  it('are all kept while they fit', () => {
    expect(keepMarks(marks(60), marks(4, 60), START)).toEqual({ kept: marks(64), evicted: [] });
  });

  it('make place for fresh ones, the oldest first', () => {
    const { kept, evicted } = keepMarks(marks(MAX_MARKS), marks(2, 100), START);
    expect(kept).toHaveLength(MAX_MARKS);
    expect(evicted).toEqual(marks(2));
  });

  it('are all put away when a commit brings more than fit, and the fresh ones stay', () => {
    const { kept, evicted } = keepMarks(marks(10), marks(200, 100), START);
    expect(kept).toEqual(marks(200, 100));
    expect(evicted).toEqual(marks(10));
  });

  it('are forgotten once no repeat is accepted any more', () => {
    const { evicted } = keepMarks(marks(MAX_MARKS), marks(2, 100), START + MARK_LIFE_MS + 0.5);
    expect(evicted).toEqual(marks(1, 1));
  });
});

describe('homes of older marks', () => {
  it('are asked until the last mark is past its life', () => {
    const homes = keepHomes([['gone', START - 1]], [['k', START]], 'v', START);
    expect(homes).toEqual([['v', START + MARK_LIFE_MS]]);
    expect(keepHomes(homes, [], 'v', START + MARK_LIFE_MS)).toEqual([]);
  });

  it('are bounded: those that end last stay', () => {
    const many = Array.from({ length: 50 }, (_, index): readonly [string, number] => [`v${index}`, index]);
    const kept = mergeHomes(many, [['v0', 100]]);
    expect(kept).toHaveLength(MAX_MARK_HOMES);
    expect(kept[0]).toEqual(['v0', 100]);
    expect(kept.at(-1)).toEqual(['v19', 19]);
  });
});

describe('the order of events of one moment', () => {
  const named = (messageId: string, name: string) =>
    event({ messageId, type: 'identify', name: 'identify', traits: { name } });

  it('is that of their messageIds', () => {
    const { visitor } = applyEvents(STRANGER, [named('b', 'second'), named('a', 'first')], CONTEXT);
    expect(visitor.state.traits.name?.value).toBe('second');
  });

  it('does not depend on arrival where long messageIds begin alike', () => {
    const long = 'x'.repeat(200);
    const [one, other] = [named(`${long}1`, 'one'), named(`${long}2`, 'other')];
    const values = [
      [one, other],
      [other, one],
    ].map((events) => applyEvents(STRANGER, events, CONTEXT).visitor.state.traits.name?.value);
    expect(values[0]).toBe(values[1]);
  });
});
