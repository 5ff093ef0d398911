import * as z from 'zod';
import { CommandFailure } from '../console.ts';
import { askService, expectOk, type Target } from '../service-client.ts';
import type { VisitorTotals } from './expected.ts';
import { inParallel } from './in-parallel.ts';

const visitorSchema = z.object({
  stats: z.object({
    carts: z.int(),
    orders: z.int(),
    revenue: z.int(),
    events: z.record(z.string(), z.object({ count: z.int() })),
  }),
});

/** What the service knows of a visitor. */
type Known = z.infer<typeof visitorSchema>['stats'];

const WIDTH = 8;
const PAUSE_MS = 100;
/** Longest wait without any progress. */
const PATIENCE_MS = 30_000;
const REPLAYED = ['Product Viewed', 'Product Added', 'Order Completed'];

const read = async (target: Target, userId: string): Promise<Known | null> => {
  const answer = await askService(target, { path: `/v1/visitors/user:${encodeURIComponent(userId)}` });
  return answer.status === 404 ? null : visitorSchema.parse(expectOk(answer)).stats;
};

const eventsOf = ({ events }: Known): number =>
  REPLAYED.reduce((sum, name) => sum + (events[name]?.count ?? 0), 0);

/**
 * Reads visitors back from the service until each shows all of their events.
 *
 * @returns what it knows of each, in the given order
 * @throws CommandFailure where events stay out for half a minute
 */
export const readBack = async (
  target: Target,
  visitors: readonly VisitorTotals[],
  onProgress: (share: number) => void,
): Promise<readonly Known[]> => {
  const known: Known[] = [];
  let waiting = [...visitors.entries()];
  let progressAt = performance.now();
  while (waiting.length > 0) {
    const missing: typeof waiting = [];
    await inParallel(waiting, WIDTH, async ([index, visitor]) => {
      const stats = await read(target, visitor.userId);
      if (stats === null || eventsOf(stats) < visitor.events) missing.push([index, visitor]);
      else known[index] = stats;
    });
    if (missing.length < waiting.length) progressAt = performance.now();
    else if (performance.now() - progressAt > PATIENCE_MS) {
      throw new CommandFailure(`The events of ${missing.length} visitors were accepted and take no effect.`);
    }
    waiting = missing;
    onProgress(1 - waiting.length / visitors.length);
    if (waiting.length > 0) await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
  return known;
};
