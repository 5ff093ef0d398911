import { describe, expect, it } from 'vitest';
import { catalogOf, DAY, HOUR, Life } from './life.ts';

const entered = (life: Life): number => life.story.filter((line) => line.startsWith('errand entered')).length;
const goals = (life: Life): number => life.story.filter((line) => line.startsWith('errand goal')).length;
const endedOf = (life: Life) => life.visitor.state.journeys.ended;

/** Begins and is over at once. */
const errand = (more: object = {}, enter: object = {}) => ({
  kind: 'journey',
  id: 'errand',
  enter: { on: 'Errand', again: 'PT30M', ...enter },
  steps: [{ id: 'over', exit: 'over' }],
  ...more,
});

const runErrands = (life: Life, count: number, keyOf = (_: number): string => ''): Life => {
  for (let index = 0; index < count; index++) life.track('Errand', { key: keyOf(index) }).wait(HOUR);
  return life;
};

describe('what is remembered of journeys that are over', () => {
  it('is the newest twenty of one that is entered again and again, and its pause holds', () => {
    const life = runErrands(new Life(catalogOf([errand()])), 70);
    expect(entered(life)).toBe(70);
    expect(endedOf(life)).toHaveLength(20);
    const newest = endedOf(life)[0]?.endedAt;
    expect(newest).toBe(life.now - HOUR);
    life.track('Errand').track('Errand');
    expect(entered(life)).toBe(71);
  });

  it('is the last of each key, so that none of many begins twice', () => {
    const keyed = catalogOf([errand({}, { key: 'event.properties.key', again: 'never' })]);
    const life = runErrands(new Life(keyed), 60, (index) => `k${index}`);
    expect(endedOf(life)).toHaveLength(60);
    life.track('Errand', { key: 'k0' });
    expect(entered(life)).toBe(60);
  });

  it('is whatever may still reach its goal, and no more once it can not', () => {
    const hopeful = catalogOf([errand({ goal: { on: 'Bought', within: 'P10D' } })]);
    const life = runErrands(new Life(hopeful), 50);
    expect(endedOf(life)).toHaveLength(50);
    life.track('Bought');
    expect(goals(life)).toBe(50);
    life.wait(30 * DAY).track('Errand');
    expect(endedOf(life)).toHaveLength(20);
  });

  it('waits for a goal that was reached in time and is told of late', () => {
    const hopeful = catalogOf([errand({ goal: { on: 'Bought', within: 'P1D' } })], {
      settings: { lateEvents: 'P3D' },
    });
    const life = runErrands(new Life(hopeful), 24);
    const bought = life.event('Bought', {}, { at: life.now - HOUR });
    runErrands(life, 48);
    const before = goals(life);
    life.apply([bought]);
    expect(goals(life) - before).toBe(24);
  });

  it('is a hundred at most', () => {
    const keyed = catalogOf([errand({}, { key: 'event.properties.key', again: 'never' })]);
    const life = runErrands(new Life(keyed), 130, (index) => `k${index}`);
    expect(endedOf(life)).toHaveLength(100);
  });
});
