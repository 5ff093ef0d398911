import type { CompiledCatalog } from '../catalog/compiled.ts';
import { isHeld } from '../journey/is-held.ts';
import type { JsonObject } from '../json.ts';
import { own } from '../own.ts';
import { subtractDuration } from '../time/duration.ts';
import type { Counter } from '../visitor/counters.ts';
import {
  type GrantProfile,
  type GroupProfile,
  isOpen,
  type JourneyProfile,
  type Profile,
} from '../visitor/profile.ts';
import { experienceOf, GLOBAL_HOLDOUT } from './draw.ts';
import { lastEndOf } from './explain-journeys.ts';
import { type ProfileReads, type ReadsBelow, readsOfDecision } from './profile-reads.ts';
import type { DecisionRequest } from './request.ts';

type Named<T> = { readonly [key: string]: T };

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

/** The instances as they are explained, with what their shows in these placements and their questions say. */
const projectJourneys = (
  journeys: Profile['journeys'],
  asked: ReadonlySet<string>,
  contentFacts: readonly string[],
): readonly JourneyProfile[] => {
  const isRead = (root: string): boolean =>
    contentFacts.some((fact) => fact === root || fact.startsWith(`${root}.`));
  return journeys.map(
    ({ journeyId, key, definition, since, stepId, heldOut, variant, event, picked, shows, asks }) => ({
      journeyId,
      key,
      definition,
      since,
      stepId,
      heldOut,
      variant,
      event: isRead('event') ? event : null,
      picked: pick(picked, isRead),
      shows: shows.filter(({ placements }) => placements.some((placement) => asked.has(placement))),
      asks,
    }),
  );
};

/** Of each journey of the catalog the last end: what an explanation tells of whoever is not in it. */
const projectEnded = ({ journeys, ended }: Profile, catalog: CompiledCatalog): Profile['ended'] => {
  if (ended.length === 0) return ended;
  const entered = new Set(journeys.map(({ journeyId }) => journeyId));
  return catalog.journeys.journeys.flatMap(({ id }) => {
    const last = entered.has(id) ? null : lastEndOf(id, ended);
    if (last === null) return [];
    const { journeyId, key, endedAt, reason, heldOut } = last;
    return [{ journeyId, key, endedAt, reason, heldOut }];
  });
};

const projectGrants = (
  grants: Profile['grants'],
  { offerById }: CompiledCatalog,
  now: number,
): readonly GrantProfile[] =>
  grants
    .filter((grant) => isHeld(grant, now) && offerById.has(grant.offerId))
    .map(({ grantId, offerId, expiresAt, because, status }) => ({
      grantId,
      offerId,
      expiresAt,
      because,
      status,
    }));

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
  const { reads, contentFacts } = readsOfDecision(profile, request, catalog);
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
    problems: profile.problems.filter((problem) => isOpen(problem, now)),
    journeys: projectJourneys(profile.journeys, asked, contentFacts),
    ended: projectEnded(profile, catalog),
    grants: projectGrants(profile.grants, catalog, now),
  };
};

/** The request without what was read of its account and this decision never looks at. */
export const projectRequest = (
  request: DecisionRequest,
  profile: Profile,
  catalog: CompiledCatalog,
): DecisionRequest => {
  if (request.account === null) return request;
  const { traits } = request.account;
  const kept: JsonObject = only(traits, readsOfDecision(profile, request, catalog).reads.account);
  return { ...request, account: { ...request.account, traits: kept } };
};
