import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createMetrics } from '../../../lib/runtime/metrics.ts';

let lines: string[] = [];

beforeEach(() => {
  lines = [];
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    lines.push(String(text));
    return true;
  });
});

afterEach(() => vi.restoreAllMocks());

const written = (): readonly Record<string, unknown>[] => lines.map((line) => JSON.parse(line));

describe('the figures of a function', () => {
  it('are one line for each run, of which CloudWatch takes them by environment and unit', async () => {
    const metrics = createMetrics('production');
    const run = metrics.around(async (events: number) => {
      metrics.add({ EventsApplied: events, OldestEventMilliseconds: 40 });
      metrics.add({ EventsApplied: 1, OldestEventMilliseconds: 70 });
      return 'done';
    });
    await expect(run(2)).resolves.toBe('done');
    await run(5);
    expect(written()).toEqual([
      {
        level: 'INFO',
        timestamp: expect.stringMatching(/Z$/),
        _aws: {
          Timestamp: expect.any(Number),
          CloudWatchMetrics: [
            {
              Namespace: 'Wend',
              Dimensions: [['environment']],
              Metrics: [
                { Name: 'EventsApplied', Unit: 'Count' },
                { Name: 'OldestEventMilliseconds', Unit: 'Milliseconds' },
              ],
            },
          ],
        },
        environment: 'production',
        EventsApplied: 3,
        OldestEventMilliseconds: [40, 70],
      },
      expect.objectContaining({ EventsApplied: 6 }),
    ]);
    expect(lines.every((line) => line.endsWith('\n'))).toBe(true);
  });

  it('say how long something took, and what came of it, where it fails too', async () => {
    const metrics = createMetrics('dev');
    const decide = metrics.timed(
      'DecideMilliseconds',
      async (version: number) => {
        if (version === 0) throw new Error('no catalog');
        return { version };
      },
      ({ version }) => ({ CatalogVersion: version }),
    );
    await metrics.around(decide)(7);
    await expect(metrics.around(decide)(0)).rejects.toThrow('no catalog');
    const [first, second] = written();
    expect(first).toMatchObject({ CatalogVersion: 7, DecideMilliseconds: expect.any(Number) });
    expect(second).toHaveProperty('DecideMilliseconds');
    expect(second).not.toHaveProperty('CatalogVersion');
  });

  it('are no more than CloudWatch takes of a line', async () => {
    const metrics = createMetrics('dev');
    await metrics.around(async () => {
      for (let index = 0; index < 250; index++) metrics.add({ OldestEventMilliseconds: index });
    })();
    expect(written()[0]?.['OldestEventMilliseconds']).toHaveLength(100);
  });

  it('are not written where nothing was counted, nor where no environment is named', async () => {
    await createMetrics('dev').around(async () => 1)();
    const local = createMetrics(undefined);
    await local.around(async () => local.add({ EventsAccepted: 1 }))();
    expect(lines).toEqual([]);
  });
});
