import type { EndedJourney } from '../../lib/domain/journey/instance.ts';
import type { StoredVisitor } from '../../lib/domain/visitor/visitor-store.ts';
import { wanted } from './laws/effects.ts';
import { flaws, LAWS } from './laws/laws.ts';
import { type LifeOptions, live, type Outcome } from './life-of-a-seed.ts';
import { SEATS } from './scenario.ts';
import type { Store } from './stores.ts';

/**
 * All of a visitor but what tells how often they were written, by which of several ways, and when exactly a message was
 * handed over: a sender that died lets it wait for its lease.
 */
const comparable = (stored: StoredVisitor, contested: ReadonlySet<string>): unknown => {
  if (stored.kind !== 'visitor') return { kind: stored.kind };
  const { marks: _, markHomes: __, timer: ___, events, ...state } = stored.visitor.state;
  const { 'Message Delivered': delivered, ...others } = events;
  const { ended, instances, barriers } = state.journeys;
  const isCertain = ({ run }: { readonly run: string }): boolean => !contested.has(run);
  const certainlyEnded = ended.filter(isCertain).map((one) => ({ ...one, endedAt: endOf(one) }));
  return {
    state: {
      ...state,
      journeys: { instances: instances.filter(isCertain), ended: certainlyEnded, barriers },
      grants: state.grants.filter(isCertain),
    },
    events: others,
    delivered: delivered?.count,
    orders: stored.visitor.orders,
  };
};

/** A journey that was removed from the catalog ends when its visitor is looked at next, whatever brings that about. */
const endOf = ({ reason, endedAt }: EndedJourney): number | null => (reason === 'removed' ? null : endedAt);

/**
 * Runs that asked for one of fewer seats: of those who come at one moment, after a pool has closed, whoever is faster
 * gets one.
 */
const contestedIn = (outcome: Outcome): ReadonlySet<string> => {
  const joins = wanted(outcome, 'pool').flatMap(({ effect }) => (effect.what === 'join' ? [effect] : []));
  const pools = [...Map.groupBy(joins, ({ poolId }) => poolId).values()];
  return new Set(pools.flatMap((asked) => (asked.length > SEATS ? asked.map(({ run }) => run) : [])));
};

const paths = (a: unknown, b: unknown, path: string): readonly string[] => {
  if (JSON.stringify(a) === JSON.stringify(b)) return [];
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) {
    return [`${path}: ${JSON.stringify(a)} in calm, ${JSON.stringify(b)} disturbed`];
  }
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...keys].flatMap((key) => paths(Reflect.get(a, key), Reflect.get(b, key), `${path}.${key}`));
};

/** Where a disturbed life ended otherwise than a calm one. */
const differences = (calm: Outcome, disturbed: Outcome): readonly string[] => {
  const contested = contestedIn(calm);
  return [...calm.visitors].flatMap(([key, stored]) => {
    const other = disturbed.visitors.get(key);
    return other === undefined
      ? [`${key} is missing`]
      : paths(comparable(stored, contested), comparable(other, contested), key);
  });
};

/** Operations of a life that a failure shows: the last ones. */
const SHOWN = 60;

/** All that can be wrong: each a law, or that a disturbed life ended otherwise than a calm one. */
export const ALL_LAWS: readonly string[] = [...Object.keys(LAWS), 'the same'];

/** What is wrong with the three lives of a seed, in sentences; the first life that is wrong, and no more. */
export const wrongWith = async (
  seed: number,
  storeFor: () => Promise<Store>,
  options: LifeOptions = {},
): Promise<readonly string[]> => {
  const said = (outcome: Outcome, found: readonly string[]): readonly string[] => [
    `seed ${seed}, ${outcome.manner}: WEND_SEED=${seed} npx vitest run test/chaos`,
    ...found,
    ...outcome.house.gate.trace.slice(-SHOWN),
  ];
  const calm = await live(await storeFor(), seed, 'undisturbed', options);
  const inCalm = flaws(calm);
  if (inCalm.length > 0) return said(calm, inCalm);
  const disturbed = await live(await storeFor(), seed, 'disturbed', options);
  const inDisturbed = [
    ...flaws(disturbed),
    ...differences(calm, disturbed).map((difference) => `the same: ${difference}`),
  ];
  if (inDisturbed.length > 0) return said(disturbed, inDisturbed);
  const chaotic = await live(await storeFor(), seed, 'chaotic', options);
  const inChaos = flaws(chaotic);
  return inChaos.length > 0 ? said(chaotic, inChaos) : [];
};
