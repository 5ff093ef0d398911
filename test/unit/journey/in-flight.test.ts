import { describe, expect, it } from 'vitest';
import { mergeVisitors } from '../../../lib/domain/identity/merge.ts';
import { catalogOf, HOUR, Life, MORNING } from './life.ts';

const journey = (steps: readonly object[], more: object = {}) => ({
  kind: 'journey',
  id: 'j',
  enter: { on: 'Started' },
  steps,
  ...more,
});

/** Of each counter, what lives counted. */
const countsOf = (...lives: readonly Life[]): ReadonlyMap<string, number> => {
  const counts = new Map<string, number>();
  for (const effect of lives.flatMap(({ effects }) => effects)) {
    if (effect.kind === 'count') counts.set(effect.counter, (counts.get(effect.counter) ?? 0) + effect.add);
  }
  return counts;
};

/** Counted in and not out, by definition. */
const inFlight = (counts: ReadonlyMap<string, number>): ReadonlyMap<string, number> => {
  const left = new Map<string, number>();
  for (const [name, count] of counts) {
    const [kind, , definition = '', what] = name.split('/');
    if (kind !== 'in-flight') continue;
    left.set(definition, (left.get(definition) ?? 0) + (what === 'entered' ? count : -count));
  }
  return left;
};

describe('those in flight', () => {
  it('are counted at the definition that they were moved to, and no more at the one they came from', () => {
    const first = catalogOf([journey([{ id: 'day', wait: { for: 'P1D' } }])]);
    const second = catalogOf([journey([{ id: 'days', wait: { for: 'P2D' } }])], {
      version: 2,
      moves: [{ version: 2, from: 'j.day', to: 'j.days' }],
    });
    const life = new Life(first).track('Started').wait(HOUR);
    life.catalog = second;
    life.track('Anything');
    const { definition } = life.visitor.state.journeys.instances[0] ?? {};
    const counted = inFlight(countsOf(life));
    expect(counted.size).toBe(2);
    expect([...counted].filter(([, left]) => left !== 0)).toEqual([[definition, 1]]);
  });

  it.each([
    ['are still counted where only their goal is waited for', { goal: { on: 'Bought', within: 'P9D' } }, 1],
    ['are over where there is no goal to wait for', {}, 0],
  ])('and whose person turns out to be in the holdout %s', (_, goal, left) => {
    const catalog = catalogOf([journey([{ id: 'w', wait: { for: 'P1D' } }], { holdout: 50, ...goal })]);
    let joined = 0;
    for (let person = 0; person < 40; person++) {
      const known = new Life(catalog, { userId: `u${person}` }).track('Started');
      const device = new Life(catalog, { anonymousId: `d${person}` });
      device.now = MORNING + HOUR;
      device.track('Started');
      const isHeld = known.visitor.state.assignments['$holdout.j']?.variant === 'in';
      if (!isHeld || device.visitor.state.journeys.instances[0]?.heldOut !== false) continue;
      joined += 1;
      known.now = device.now;
      known.visitor = mergeVisitors(known.visitor, device.visitor, 'EUR', known.now).visitor;
      known.track('Anything');
      expect(known.visitor.state.journeys.instances).toHaveLength(left);
      expect([...inFlight(countsOf(known, device)).values()]).toEqual([left]);
    }
    expect(joined).toBeGreaterThan(2);
  });
});

describe('that a message was delivered', () => {
  it('is counted, and is no visit', () => {
    const life = new Life(catalogOf([])).track('Page Viewed').wait(2 * HOUR);
    life.track('Message Delivered', {}).track('Message Bounced', {});
    const { lastSeenAt, sessions, events } = life.visitor.state;
    expect(lastSeenAt).toBe(MORNING);
    expect(sessions.recent).toHaveLength(1);
    expect(events['Message Delivered']?.count).toBe(1);
  });
});
