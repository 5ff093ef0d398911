import type { GrantStep } from '../catalog/journey-definition.ts';
import { isJsonObject } from '../json.ts';
import { addDuration, type Duration, parseDuration } from '../time/duration.ts';
import type { VisitorEvent } from '../visitor/event.ts';
import { factAt, idOf, keyText } from './facts.ts';
import type { Grant, JourneyInstance } from './instance.ts';
import { isHeld } from './is-held.ts';
import type { Standing } from './standing.ts';
import type { World } from './world.ts';

/** Grants kept of one visitor; those that are over go first, then the oldest. */
const MAX_GRANTS = 100;

const bounded = (grants: readonly Grant[]): readonly Grant[] => {
  if (grants.length <= MAX_GRANTS) return grants;
  const rank = (grant: Grant): number => (grant.status === 'held' ? 1 : 0);
  return grants.toSorted((a, b) => rank(b) - rank(a) || b.grantedAt - a.grantedAt).slice(0, MAX_GRANTS);
};

/**
 * Runs a grant step: grants the offer, asks for a seat where it has a pool, or refuses where nothing may be sold now.
 *
 * @returns the instance after it
 */
export const runGrant = (standing: Standing, step: GrantStep): JourneyInstance => {
  const { world, instance, compiled, at } = standing;
  const { grant } = step;
  const offer = world.catalog.offerById.get(grant.offer);
  const { journeyId, run } = instance;
  const refuse = (why: string): JourneyInstance => {
    world.tell(at, {
      kind: 'grant',
      offerId: grant.offer,
      grantId: idOf(run, compiled.id),
      what: 'refused',
      why,
    });
    return instance;
  };
  if (offer === undefined) return refuse('the offer is not in the catalog');
  if (offer.until !== null && offer.until <= at) return refuse('the offer has ended');
  if (offer.intent === 'sell' && world.isServiceFirst(at)) return refuse('service first: a problem is open');
  const sells = instance.sells || offer.intent === 'sell';
  if (grant.rank !== undefined) {
    const facts = world.factsOf(instance, at);
    const pool = keyText(factAt(facts, grant.rank.pool)) ?? '';
    const rank = factAt(facts, grant.rank.by);
    const gather = parseDuration(grant.rank.gather);
    const closesAt = gather === null ? at : addDuration(at, gather, world.zone);
    const length = grant.for === undefined ? null : parseDuration(grant.for);
    const poolId = idOf(journeyId, compiled.id, pool);
    world.want({
      kind: 'pool',
      what: 'join',
      poolId,
      run,
      stepId: compiled.id,
      seats: grant.rank.seats,
      rank: typeof rank === 'number' ? rank : 0,
      closesAt,
    });
    world.tell(at, { kind: 'grant', offerId: offer.id, grantId: idOf(run, compiled.id), what: 'gathered' });
    return {
      ...instance,
      sells,
      pools: [
        ...instance.pools,
        { poolId, stepId: compiled.id, until: endOfPool(closesAt, length, world.zone) },
      ],
    };
  }
  give(standing, step, null);
  return { ...instance, sells };
};

/** A seat that lapsed may come to somebody for as long as a grant lasts, and a day at least. */
const endOfPool = (closesAt: number, length: Duration | null, zone: string): number =>
  Math.max(closesAt + 86_400_000, length === null ? closesAt : addDuration(closesAt, length, zone));

/** Gives the offer of a grant step to the visitor. */
const give = (standing: Standing, { grant }: GrantStep, poolId: string | null): void => {
  const { world, instance, journey, compiled, at } = standing;
  const offer = world.catalog.offerById.get(grant.offer);
  if (offer === undefined) return;
  const { run, journeyId, key } = instance;
  const grantId = idOf(run, compiled.id);
  const { grants } = world.state;
  // The same step of the same instance grants once, however often it is brought about.
  if (grants.some((known) => known.grantId === grantId)) return;
  const length = grant.for === undefined ? null : parseDuration(grant.for);
  const ends = [length === null ? null : addDuration(at, length, world.zone), offer.until].filter(
    (end) => end !== null,
  );
  const because =
    grant.because === undefined
      ? null
      : world.render(
          journey.contentOf(`${compiled.path}.grant.because`, grant.because),
          world.factsOf(instance, at),
        );
  const granted: Grant = {
    grantId,
    offerId: offer.id,
    journeyId,
    key,
    run,
    stepId: compiled.id,
    grantedAt: at,
    expiresAt: ends.length === 0 ? null : Math.min(...ends),
    because: because?.ok === true ? because.content : null,
    intent: offer.intent,
    status: 'held',
    poolId,
  };
  world.change({ grants: bounded([...grants, granted]) });
  world.tell(at, {
    kind: 'grant',
    offerId: offer.id,
    grantId,
    what: 'granted',
    why: `${journeyId}.${compiled.id}`,
  });
  world.happen({
    source: `${grantId}:granted`,
    name: 'Offer Granted',
    at,
    properties: { offerId: offer.id, grantId, journeyId },
  });
};

const setStatus = (world: World, grant: Grant, status: Grant['status'], at: number, why?: string): void => {
  world.change({
    grants: world.state.grants.map((other) =>
      other.grantId === grant.grantId ? { ...other, status } : other,
    ),
  });
  world.tell(at, {
    kind: 'grant',
    offerId: grant.offerId,
    grantId: grant.grantId,
    what: status,
    ...(why === undefined ? {} : { why }),
  });
};

const release = (world: World, poolId: string, run: string, stepId: string): void =>
  world.want({ kind: 'pool', what: 'release', poolId, run, stepId });

/** Takes back what an instance granted and nobody used, and its places in pools. */
export const withdrawGrants = (world: World, instance: JourneyInstance, at: number, why: string): void => {
  const { run } = instance;
  const redeemed = new Set<string>();
  for (const grant of world.state.grants) {
    if (grant.run !== run) continue;
    if (grant.status === 'redeemed' && grant.poolId !== null) redeemed.add(grant.poolId);
    if (!isHeld(grant, at)) continue;
    setStatus(world, grant, 'withdrawn', at, why);
    const { offerId, grantId, journeyId } = grant;
    world.happen({
      source: `${grantId}:withdrawn`,
      name: 'Offer Withdrawn',
      at,
      properties: { offerId, grantId, journeyId, reason: why },
    });
  }
  for (const { poolId, stepId } of instance.pools) {
    if (!redeemed.has(poolId)) release(world, poolId, run, stepId);
  }
};

/** Ends the grants whose time is over; a seat among them goes to the next in its pool. */
export const expireGrants = (world: World, at: number): void => {
  for (const grant of world.state.grants) {
    if (grant.status !== 'held' || grant.expiresAt === null || at < grant.expiresAt) continue;
    setStatus(world, grant, 'expired', grant.expiresAt);
    if (grant.poolId === null) continue;
    release(world, grant.poolId, grant.run, grant.stepId);
    const instance = world.instance(grant.run);
    if (instance === null) continue;
    world.changeInstance({
      ...instance,
      pools: instance.pools.filter(({ poolId }) => poolId !== grant.poolId),
    });
  }
};

/** `Offer Redeemed`: the grant that it names, or the oldest that is held of its offer, is used. */
export const redeemGrant = (world: World, event: Pick<VisitorEvent, 'properties'>, at: number): void => {
  const { grantId, offerId } = event.properties;
  const held = world.state.grants.filter((grant) => isHeld(grant, at));
  const used =
    held.find((grant) => grant.grantId === grantId) ?? held.find((grant) => grant.offerId === offerId);
  if (used !== undefined) setStatus(world, used, 'redeemed', at);
};

/** `Seat Offered`: the pool has a seat for an instance. It takes it, or lets the next one have it. */
export const takeSeat = (world: World, properties: unknown, at: number): void => {
  if (!isJsonObject(properties)) return;
  const { poolId, run, stepId } = properties;
  if (typeof poolId !== 'string' || typeof run !== 'string' || typeof stepId !== 'string') return;
  const instance = world.instance(run);
  const journey = instance === null ? null : world.catalog.journeys.find(instance);
  const compiled = journey?.stepById.get(stepId);
  const step = compiled?.step;
  if (
    instance === null ||
    journey === null ||
    compiled === undefined ||
    step === undefined ||
    !('grant' in step) ||
    !instance.pools.some((pool) => pool.poolId === poolId)
  ) {
    release(world, poolId, run, stepId);
    return;
  }
  const offer = world.catalog.offerById.get(step.grant.offer);
  const sellsNow = offer?.intent === 'sell' && world.isServiceFirst(at);
  if (offer === undefined || sellsNow) {
    release(world, poolId, run, stepId);
    world.changeInstance({ ...instance, pools: instance.pools.filter((pool) => pool.poolId !== poolId) });
    return;
  }
  give({ world, instance, journey, compiled, at }, step, poolId);
};
