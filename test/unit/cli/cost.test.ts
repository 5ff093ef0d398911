import { describe, expect, it } from 'vitest';
import { costOf } from '../../../cli/cost/cost.ts';
import { wend } from './run.ts';

describe('wend cost', () => {
  it('says what each service asks, of decisions and of events, and what a million comes to', async () => {
    const { code, out } = await wend(['cost', '--decisions', '10000000', '--events', '50000000']);
    expect(code).toBe(0);
    expect(out).toMatch(/10,000,000 decisions +50,000,000 events +together/);
    expect(out).toMatch(/API Gateway +\$10\.00 +\$50\.00 +\$60\.00/);
    expect(out).toMatch(/a million +\$2\.\d\d +\$\d\.\d\d\n/);
    expect(out).toContain('from secondary sources');
  });

  it('is proportional, and less where events come several in a request', async () => {
    const json = async (...argv: string[]) => JSON.parse((await wend(['cost', ...argv, '--json'])).out);
    const one = await json('--decisions', '1000000', '--events', '1000000');
    const two = await json('--decisions', '2000000', '--events', '1000000');
    expect(two.total.decisions).toBeCloseTo(2 * one.total.decisions, 6);
    expect(two.total.events).toBeCloseTo(one.total.events, 6);
    const batched = await json('--decisions', '1000000', '--events', '1000000', '--per-request', '10');
    // But for the archive, in which each event has a line of its own.
    const archived = ({ lines }: { lines: { service: string; events: number }[] }) =>
      lines.find(({ service }) => service === 'Firehose')?.events ?? 0;
    expect(archived(one)).toBeGreaterThan(0);
    expect(archived(batched)).toBe(archived(one));
    const others = one.total.events - archived(one);
    expect(batched.total.events - archived(batched)).toBeCloseTo(others / 10, 6);
  });

  it('adds up to its lines, and is nothing for nothing', async () => {
    const lines = costOf({ decisions: 0, events: 0, eventsPerRequest: 1 });
    expect(lines.every(({ decisions, events }) => decisions === 0 && events === 0)).toBe(true);
    expect((await wend(['cost', '--decisions', '0', '--events', '0'])).code).toBe(0);
    expect((await wend(['cost', '--decisions', 'many', '--events', '1'])).code).toBe(2);
  });
});
