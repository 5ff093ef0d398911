import type { ExhaustedCap } from '../../contracts/control.ts';
import { toCart } from '../../contracts/http/decide.ts';
import type { RedemptionRequest } from '../../contracts/http/redemptions.ts';
import type { QueueSender } from '../../contracts/queue-sender.ts';
import type { Cart } from '../../domain/cart/cart.ts';
import type { CompiledOffer } from '../../domain/catalog/compiled.ts';
import type { DecisionWarning } from '../../domain/decision/answer.ts';
import { type RedemptionTerms, redemptionTerms } from '../../domain/decision/redeem.ts';
import { NO_REQUEST } from '../../domain/decision/request.ts';
import { isJsonObject } from '../../domain/json.ts';
import type { CapRoom } from '../../domain/offer/cap-room.ts';
import type { PricedCart } from '../../domain/offer/priced-cart.ts';
import { capOfGrant, capsOf } from '../../domain/redemption/cap.ts';
import { HOLD_MS, type Hold, type Redemption } from '../../domain/redemption/redemption.ts';
import {
  joinTakings,
  leftIn,
  planWants,
  type Seen,
  type Taking,
  type Want,
} from '../../domain/redemption/take.ts';
import type { VisitorStore } from '../../domain/visitor/visitor-store.ts';
import { Conflict, InvalidRequest, Unavailable } from '../../runtime/errors.ts';
import type { Logger } from '../../runtime/logger.ts';
import { delayUntil } from '../business/outbox.ts';
import type { Catalogs } from '../catalog-library.ts';
import type { PersonIds } from '../person.ts';
import { changesOf, type ExhaustedDigest } from './exhausted.ts';
import { backOff, isShort, type LedgerDeps, look, MAX_ATTEMPTS, shapeFirst } from './ledger.ts';
import { readWhom, type Whom } from './whom.ts';

export interface HoldDeps extends LedgerDeps {
  readonly readVisitors: VisitorStore['read'];
  readonly catalogs: () => Promise<Catalogs>;
  readonly queues: QueueSender;
  readonly digest: ExhaustedDigest;
  /** The digest as it was last seen. */
  readonly exhausted: () => Promise<readonly ExhaustedCap[]>;
  readonly logger: Logger;
}

/** An order as it is held now, and whether it was held by this request. */
export interface Held {
  readonly redemption: Redemption;
  readonly isNew: boolean;
  readonly warnings: readonly DecisionWarning[];
}

/** One offer that an order is to have. */
interface Wanted {
  readonly offer: CompiledOffer;
  readonly grantId?: string;
  readonly code?: string;
  readonly amount: number;
}

/** What an order comes to within the room that the ledger leaves now. */
interface Draft {
  readonly cart: PricedCart | null;
  readonly wanted: readonly Wanted[];
  readonly seen: ReadonlyMap<string, readonly Seen[]>;
  readonly warnings: readonly DecisionWarning[];
}

const wantsOf = (
  { offer, grantId, amount }: Wanted,
  terms: RedemptionTerms,
  { visitorIds }: Whom,
): readonly Want[] => {
  const { definition } = offer;
  const perVisitor = definition.limits?.perVisitor;
  const caps = capsOf(definition, terms.countedFor(offer, grantId));
  return [
    ...[...caps].map(
      ([limit, cap]): Want => ({ kind: 'cap', limit, cap, amount: limit === 'budget' ? amount : 1 }),
    ),
    ...(perVisitor === undefined
      ? []
      : [{ kind: 'person', offerId: offer.id, visitorIds, limit: perVisitor } as const]),
    ...(grantId === undefined
      ? []
      : [{ kind: 'cap', limit: 'grant', cap: capOfGrant(grantId), amount: 1 } as const]),
  ];
};

/** What is left of an offer's limits; a grant that is used already is used up for this person. */
const roomOf = (seen: readonly Seen[]): CapRoom => {
  let room: CapRoom = {};
  for (const one of seen) {
    const limit = one.kind === 'cap' ? one.want.limit : 'perVisitor';
    const key = limit === 'grant' ? 'perVisitor' : limit;
    room = { ...room, [key]: Math.min(room[key] ?? Number.POSITIVE_INFINITY, leftIn(one)) };
  }
  return room;
};

const cartOf = (request: RedemptionRequest, { profile }: Whom): Cart | null => {
  if (request.cart !== undefined) return toCart(request.cart);
  if ((request.claims ?? []).length > 0) return null;
  if (profile.cart !== null) return profile.cart;
  throw new InvalidRequest('There is nothing to hold.', [
    { path: 'cart', message: 'expected a cart: none is remembered of the visitor' },
  ]);
};

/**
 * Holds every offer that an order applies, or claims: one transaction writes the order and takes of every cap. The
 * cart is priced as decide prices it, within what the ledger itself says is left. An offer that was gone beforehand is
 * not in the order; one that somebody else got while this order was being written is a conflict, and nothing is held.
 *
 * @throws Conflict (409) with the re-priced `cart`, or with `claims` that can't be made; InvalidRequest (400) where
 * there is nothing to hold; Unavailable (503) where others were faster each time
 */
export const createHolder = (deps: HoldDeps) => {
  const { store, now, random } = deps;

  /** Prices, looks at what that wants of the ledger, and prices again within it, until all of it was looked at. */
  const draft = async (
    terms: RedemptionTerms,
    whom: Whom,
    entitlements: readonly Wanted[],
  ): Promise<Draft> => {
    const seen = new Map<string, readonly Seen[]>();
    const room = new Map<string, CapRoom>();
    for (;;) {
      const pricing = terms.price(room);
      const result = pricing?.result;
      if (result !== undefined && !result.ok) {
        throw new InvalidRequest('The cart can not be priced.', [
          { path: `cart.${result.error.path}`, message: result.error.message },
        ]);
      }
      const cart = result?.priced ?? null;
      const applied = (cart?.applied ?? []).flatMap((one): readonly Wanted[] => {
        const offer = whom.catalog.offerById.get(one.offerId);
        return offer === undefined ? [] : [{ ...one, offer }];
      });
      const names = new Set(applied.map(({ offer }) => offer.id));
      const wanted = [...applied, ...entitlements.filter(({ offer }) => !names.has(offer.id))];
      const unseen = wanted.filter(({ offer, amount }) => isUnseen(seen.get(offer.id), amount));
      if (unseen.length === 0) return { cart, wanted, seen, warnings: terms.warnings(pricing) };
      await Promise.all(
        unseen.map(async (one) => {
          const found = await look(deps, wantsOf(one, terms, whom));
          seen.set(one.offer.id, found);
          room.set(one.offer.id, roomOf(found));
        }),
      );
    }
  };

  const release = async (redemption: Redemption): Promise<void> => {
    try {
      const message = { order: { orderId: redemption.orderId } };
      await deps.queues.send('order-effects', [message], delayUntil(redemption.expiresAt, now()));
    } catch (error) {
      deps.logger.warn('The release of a hold was not arranged; the sweep will find it.', {}, error);
    }
  };

  /** Tells decisions what has no room any more, or has some again. Nobody's order depends on it. */
  const tellDigest = async ({ seen }: Draft, taken: ReadonlySet<string>): Promise<void> => {
    try {
      const { found, restored } = changesOf(seen, await deps.exhausted(), taken, now());
      if (found.length + restored.length > 0) await deps.digest.note(found, restored);
    } catch (error) {
      deps.logger.warn('The digest of exhausted caps was not written.', {}, error);
    }
  };

  const planAll = (
    { wanted, seen }: Draft,
    start: number,
  ): { readonly takings: readonly Taking[] } | Exclude<ReturnType<typeof planWants>, { kind: 'taking' }> => {
    const takings: Taking[] = [];
    for (const { offer } of wanted) {
      const plan = planWants(seen.get(offer.id) ?? [], start);
      if (plan.kind !== 'taking') return plan;
      takings.push(plan.taking);
    }
    return { takings };
  };

  return async (request: RedemptionRequest): Promise<Held> => {
    const { orderId, userId = null, anonymousId = null } = request;
    const ids: PersonIds = { userId, anonymousId };
    const before = await store.read(orderId);
    if (before !== null) return { redemption: before.redemption, isNew: false, warnings: [] };
    const at = now();
    const whom = await readWhom(deps.readVisitors, ids, await deps.catalogs(), at);
    const cart = cartOf(request, whom);
    const { catalog, visitor, profile } = whom;
    const decisionRequest = {
      ...NO_REQUEST,
      channel: request.channel ?? null,
      context: isJsonObject(request.context) ? request.context : {},
      cart,
    };
    const terms = redemptionTerms({
      catalog,
      visitor,
      profile,
      request: decisionRequest,
      cart,
      claims: request.claims ?? [],
      now: at,
    });
    const entitlements = entitlementsOf(request, terms, whom);
    const start = Math.floor(random() * 16);
    let first: ReadonlySet<string> | null = null;
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      const drafted = await draft(terms, whom, entitlements);
      refuseShort(drafted, entitlements);
      const names = new Set(drafted.wanted.map(({ offer }) => offer.id));
      if (names.size < drafted.seen.size) await tellDigest(drafted, new Set());
      const lost = [...(first ?? [])].filter((id) => !names.has(id));
      if (lost.length > 0) {
        throw new Conflict('Others took the last of an offer; nothing is held, and it may be tried again.', {
          orderId,
          lost,
          cart: drafted.cart,
        });
      }
      first ??= names;
      const plan = planAll(drafted, start);
      if ('takings' in plan) {
        const redemption = redemptionOf(orderId, whom, drafted, plan.takings, now());
        const { takes, personTakes, personChecks } = joinTakings(plan.takings);
        const outcome = await store.write({
          before: null,
          after: redemption,
          takes,
          gives: [],
          personTakes,
          personChecks,
          personGives: [],
        });
        if (outcome === 'written') {
          await Promise.all([release(redemption), tellDigest(drafted, names)]);
          return { redemption, isNew: true, warnings: drafted.warnings };
        }
        if (outcome === 'moved') {
          const other = await store.read(orderId);
          if (other !== null) return { redemption: other.redemption, isNew: false, warnings: [] };
        }
      } else if (plan.kind === 'shape') {
        await shapeFirst(deps, plan);
        continue;
      }
      await backOff(deps, attempt);
    }
    throw new Unavailable('Many ask for the same offer at this moment; nothing is held.');
  };
};

/** Whether an offer's limits have to be looked at: not yet seen, or for another amount. */
const isUnseen = (seen: readonly Seen[] | undefined, amount: number): boolean =>
  seen === undefined ||
  seen.some(({ want }) => want.kind === 'cap' && want.limit === 'budget' && want.amount !== amount);

/**
 * Claims of which nothing shows in a cart; those that take something off it are priced with it.
 *
 * @throws Conflict (409) for a claim that is not the visitor's to make, with why
 */
const entitlementsOf = (
  { claims = [] }: RedemptionRequest,
  terms: RedemptionTerms,
  { catalog }: Whom,
): readonly Wanted[] => {
  const refused = claims.flatMap((claim) => terms.refuseClaim(claim) ?? []);
  if (refused.length > 0) throw new Conflict('An offer is not there to be claimed.', { claims: refused });
  return claims.flatMap(({ offerId, grantId }): readonly Wanted[] => {
    const offer = catalog.offerById.get(offerId);
    if (offer?.reward.type !== 'upgrade') return [];
    return [{ offer, amount: 0, ...(grantId === undefined ? {} : { grantId }) }];
  });
};

/** An entitlement that was asked for by name is not left out in silence where nothing is left of it. */
const refuseShort = ({ seen }: Draft, entitlements: readonly Wanted[]): void => {
  const short = entitlements.filter(({ offer }) => isShort(seen.get(offer.id) ?? []));
  if (short.length === 0) return;
  throw new Conflict('Nothing is left of an offer that was claimed.', {
    claims: short.map(({ offer }) => ({ offerId: offer.id, status: 'CAPPED' })),
  });
};

const redemptionOf = (
  orderId: string,
  { visitorId }: Whom,
  { cart, wanted }: Draft,
  takings: readonly Taking[],
  at: number,
): Redemption => ({
  orderId,
  visitorId,
  status: 'held',
  heldAt: at,
  expiresAt: at + HOLD_MS,
  committedAt: null,
  endedAt: null,
  cart,
  holds: wanted.map(
    ({ offer, grantId, code, amount }, index): Hold => ({
      offerId: offer.id,
      ...(grantId === undefined ? {} : { grantId }),
      ...(code === undefined ? {} : { code }),
      amount,
      state: 'held',
      late: offer.definition.late ?? 'honour',
      uses: takings[index]?.uses ?? [],
    }),
  ),
  refunds: [],
  owed: [],
});
