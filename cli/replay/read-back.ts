import * as z from 'zod';
import { CommandFailure } from '../console.ts';
import { askService, expectOk, type Target } from '../service-client.ts';
import type { VisitorTotals } from './expected.ts';

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
const PAUSE_MS = 200;
/** Longest wait for the next visitor. */
const PATIENCE_MS = 30_000;
const REPLAYED = ['Product Viewed', 'Product Added', 'Order Completed'];

const read = async (target: Target, userId: string): Promise<Known | null> => {
  const answer = await askService(target, { path: `/v1/visitors/user:${encodeURIComponent(userId)}` });
  return answer.status === 404 ? null : visitorSchema.parse(expectOk(answer)).stats;
};

const eventsOf = ({ events }: Known): number =>
  REPLAYED.reduce((sum, name) => sum + (events[name]?.count ?? 0), 0);

/**
 * Reads visitors back from the service until each shows all of their events. While events are still on their way
 * only a few are asked for, so that asking does not take the time that applying needs.
 *
 * @param visitors - those whose events were sent first, first
 * @returns what it knows of each, in the given order
 * @throws CommandFailure where events stay out for half a minute
 */
export const readBack = async (
  target: Target,
  visitors: readonly VisitorTotals[],
  onProgress: (share: number) => void,
): Promise<readonly Known[]> => {
  const known: Known[] = [];
  const seen = new Set<number>();
  let progressAt = performance.now();
  const look = async (index: number): Promise<boolean> => {
    const visitor = visitors[index];
    if (visitor === undefined || seen.has(index)) return true;
    const stats = await read(target, visitor.userId);
    if (stats === null || eventsOf(stats) < visitor.events) return false;
    known[index] = stats;
    seen.add(index);
    progressAt = performance.now();
    onProgress(seen.size / visitors.length);
    return true;
  };
  // The queue keeps no strict order: the first that is not there yet is waited for, then the next.
  let reached = 0;
  while (reached < visitors.length) {
    const window = Array.from({ length: WIDTH }, (_, offset) => reached + offset);
    const there = await Promise.all(window.map(look));
    const missing = there.indexOf(false);
    reached += missing === -1 ? WIDTH : missing;
    if (missing === -1) continue;
    if (performance.now() - progressAt > PATIENCE_MS) {
      throw new CommandFailure(
        `The events of ${visitors.length - seen.size} visitors were accepted and take no effect.`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
  return known;
};
