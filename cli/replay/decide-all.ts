import { decideAnswerSchema } from '../../lib/contracts/http/decide-answer.ts';
import { askService, expectOk, type Target } from '../service-client.ts';
import { inParallel } from './in-parallel.ts';

/** What all visitors got. */
export interface Decided {
  readonly decisions: number;
  readonly seconds: number;
  /** Milliseconds, as the caller saw them. */
  readonly p50: number;
  readonly p99: number;
  /** How often each experience stood in a placement, most often first. */
  readonly shown: readonly {
    readonly placement: string;
    readonly experienceId: string;
    readonly count: number;
  }[];
  /** How many carts each offer applied to, and the sum of it in minor units. */
  readonly applied: readonly { readonly offerId: string; readonly count: number; readonly amount: number }[];
}

/** Requests that are on their way at the same time. */
const WIDTH = 4;

/** The value below which a share of the sorted values lies. */
const quantile = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;

const bump = <T extends { count: number }>(map: Map<string, T>, key: string, start: T): T => {
  const present = map.get(key) ?? start;
  map.set(key, present);
  present.count += 1;
  return present;
};

/** Decides for each of these people, for real: the decisions are recorded. */
export const decideForAll = async (
  target: Target,
  userIds: readonly string[],
  placements: readonly string[],
  onProgress: (share: number) => void,
): Promise<Decided> => {
  const shown = new Map<string, { placement: string; experienceId: string; count: number }>();
  const applied = new Map<string, { offerId: string; count: number; amount: number }>();
  const latencies: number[] = [];
  const startedAt = performance.now();
  await inParallel(userIds, WIDTH, async (userId) => {
    const askedAt = performance.now();
    const answer = await askService(target, {
      method: 'POST',
      path: '/v1/decide',
      body: { userId, placements },
    });
    latencies.push(performance.now() - askedAt);
    const decision = decideAnswerSchema.parse(expectOk(answer));
    for (const [placement, { items }] of Object.entries(decision.placements)) {
      for (const { experienceId = '' } of items) {
        bump(shown, `${placement}\n${experienceId}`, { placement, experienceId, count: 0 });
      }
    }
    for (const { offerId, amount } of decision.cart?.applied ?? []) {
      bump(applied, offerId, { offerId, count: 0, amount: 0 }).amount += amount;
    }
    if (latencies.length % 50 === 0) onProgress(latencies.length / userIds.length);
  });
  const seconds = (performance.now() - startedAt) / 1000;
  latencies.sort((a, b) => a - b);
  return {
    decisions: latencies.length,
    seconds,
    p50: quantile(latencies, 0.5),
    p99: quantile(latencies, 0.99),
    shown: [...shown.values()].sort(
      (a, b) =>
        (a.placement < b.placement ? -1 : a.placement > b.placement ? 1 : 0) ||
        b.count - a.count ||
        (a.experienceId < b.experienceId ? -1 : 1),
    ),
    applied: [...applied.values()].sort((a, b) => b.count - a.count || (a.offerId < b.offerId ? -1 : 1)),
  };
};
