import { expect, it } from 'vitest';
import { livesOf } from '../../../bench/journeys/size.ts';
import { quantile } from '../../../bench/timing.ts';

/** Of the benchmark's people: few enough for a test, and the same in every run. */
const PEOPLE = 60;

it('keeps nineteen of twenty visitors below 8 KB after a year with every recipe', {
  timeout: 120_000,
}, async () => {
  const lives = await livesOf(PEOPLE);
  const bytes = lives.map(({ atEnd }) => atEnd.whole);
  expect(quantile(bytes, 0.95)).toBeLessThan(8_192);
  // So that it stays a year of life: most come, order, and are written to.
  expect(lives.reduce((sum, { commits }) => sum + commits, 0)).toBeGreaterThan(PEOPLE * 100);
});
