import type { CatalogReads, CompiledCatalog } from '../catalog/compiled.ts';
import type { JsonObject } from '../json.ts';
import { own } from '../own.ts';
import { type Duration, parseDuration, subtractDuration } from '../time/duration.ts';
import type { Counter } from '../visitor/counters.ts';
import type { GroupProfile, Profile } from '../visitor/profile.ts';
import { experienceOf, GLOBAL_HOLDOUT } from './draw.ts';
import type { DecisionRequest } from './request.ts';

type Named<T> = { readonly [key: string]: T };

/** What a catalog can read below one root, such as `visitor.traits`. */
interface ReadsBelow {
  /** The root itself is read, and so everything below it. */
  readonly whole: boolean;
  /** First parts of the paths below the root. */
  readonly names: ReadonlySet<string>;
  /** The paths below the root, for keys that have a dot in them. */
  readonly paths: readonly string[];
  /** Liquid's `size` of an object that has no such key is the number of its keys. */
  readonly counted: boolean;
}

/** What a catalog can read of a profile, sorted out once. */
interface ProfileReads {
  readonly traits: ReadsBelow;
  readonly preferences: ReadsBelow;
  readonly consents: ReadsBelow;
  readonly household: ReadsBelow;
  readonly account: ReadsBelow;
  /** Counter ids, and whether somebody asks for all that was ever counted. */
  readonly counters: ReadonlyMap<string, boolean>;
  /** Every window that any counter may be asked for. */
  readonly windows: readonly Duration[];
}

const readsBelow = (root: string, reads: CatalogReads): ReadsBelow => {
  const facts = [...reads.facts, ...reads.templateFacts];
  const paths = facts
    .filter((fact) => fact.startsWith(`${root}.`))
    .map((fact) => fact.slice(root.length + 1));
  return {
    whole: facts.some((fact) => fact === root || root.startsWith(`${fact}.`)),
    names: new Set(paths.map((path) => path.split('.', 1)[0] ?? '')),
    paths,
    counted: paths.includes('size'),
  };
};

/** Durations written as an event count's `within` or a limit's `per`, anywhere in a document. */
const collectWindows = (document: unknown, found: Map<string, Duration>): void => {
  if (typeof document !== 'object' || document === null) return;
  for (const [key, value] of Object.entries(document)) {
    const window = (key === 'within' || key === 'per') && typeof value === 'string' && parseDuration(value);
    if (window) found.set(window.text, window);
    else collectWindows(value, found);
  }
};

const known = new WeakMap<CompiledCatalog, ProfileReads>();

const readsOf = (catalog: CompiledCatalog): ProfileReads => {
  const before = known.get(catalog);
  if (before !== undefined) return before;
  const { reads } = catalog;
  const windows = new Map<string, Duration>();
  collectWindows(catalog.definitions, windows);
  const counters = [...catalog.countersByEvent.values()].flat().filter(({ id }) => reads.counters.has(id));
  const sorted: ProfileReads = {
    traits: readsBelow('visitor.traits', reads),
    preferences: readsBelow('visitor.preferences', reads),
    consents: readsBelow('visitor.consents', reads),
    household: readsBelow('visitor.household', reads),
    account: readsBelow('account', reads),
    counters: new Map(counters.map(({ id, window }) => [id, window === null])),
    windows: [...windows.values()],
  };
  known.set(catalog, sorted);
  return sorted;
};

const pick = <T>(values: Named<T>, keeps: (key: string, value: T) => boolean): Named<T> =>
  Object.fromEntries(Object.entries(values).filter(([key, value]) => keeps(key, value)));

/** The values that are read, and those that every decision looks at. */
const only = <T>(values: Named<T>, reads: ReadsBelow, always: readonly string[] = []): Named<T> => {
  if (reads.whole || (reads.counted && !Object.hasOwn(values, 'size'))) return values;
  const isRead = (key: string): boolean =>
    reads.names.has(key) ||
    (key.includes('.') && reads.paths.some((path) => path === key || path.startsWith(`${key}.`)));
  return pick(values, (key) => always.includes(key) || isRead(key));
};

const projectGroup = (group: GroupProfile | null, reads: ReadsBelow): GroupProfile | null =>
  group === null ? null : { id: group.id, traits: only(group.traits, reads) };

/**
 * The counters that are read, each time moved back to the beginning of the shortest window that it is in: every
 * count stays what it was, and a hundred times are a handful of numbers.
 */
const projectCounters = (
  counters: Profile['counters'],
  reads: ProfileReads,
  now: number,
): Profile['counters'] => {
  const beginnings = reads.windows.map((window) => subtractDuration(now, window)).sort((a, b) => b - a);
  const projected: [string, Counter][] = [];
  for (const [id, isTotalRead] of reads.counters) {
    const counter = own(counters, id);
    if (counter === undefined) continue;
    const times = counter.times
      .map((time) => beginnings.find((beginning) => beginning <= time))
      .filter((time) => time !== undefined);
    const total = isTotalRead ? counter.total : times.length;
    if (total > 0) projected.push([id, { total, times }]);
  }
  return Object.fromEntries(projected);
};

/**
 * The profile without what this catalog never looks at when it answers this request: the decision is the same to
 * the byte, its record is small, and it holds no more of a person than the decision needed.
 *
 * @param now - the decision's clock, milliseconds since 1970
 */
export const projectProfile = (
  profile: Profile,
  request: DecisionRequest,
  catalog: CompiledCatalog,
  now: number,
): Profile => {
  const reads = readsOf(catalog);
  const asked = new Set(request.placements.map(({ id }) => id));
  const isDrawn = (experiment: string): boolean =>
    experiment === GLOBAL_HOLDOUT ||
    catalog.experienceById
      .get(experienceOf(experiment))
      ?.placements.some((placement) => asked.has(placement)) === true;
  return {
    ...profile,
    traits: only(profile.traits, reads.traits, ['preferredName', 'timezone']),
    preferences: only(profile.preferences, reads.preferences, ['name', 'contactStyle']),
    consents: only(profile.consents, reads.consents),
    context: pick(profile.context, (key) => key === 'timezone'),
    events: pick(profile.events, (name) => own(catalog.settings.effort, name) !== undefined),
    counters: projectCounters(profile.counters, reads, now),
    cart: request.cart === null ? profile.cart : null,
    assignments: pick(profile.assignments, isDrawn),
    account: request.account === null ? projectGroup(profile.account, reads.account) : null,
    household: projectGroup(profile.household, reads.household),
    problems: profile.problems.filter((problem) => problem.closedAt === null),
  };
};

/** The request without what was read of its account and the catalog never looks at. */
export const projectRequest = (request: DecisionRequest, catalog: CompiledCatalog): DecisionRequest => {
  if (request.account === null) return request;
  const { id, traits } = request.account;
  const kept: JsonObject = only(traits, readsOf(catalog).account);
  return { ...request, account: { id, traits: kept } };
};
