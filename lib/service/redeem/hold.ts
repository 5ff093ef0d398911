import type { ExhaustedCap } from '../../contracts/control.ts';
import { toCart } from '../../contracts/http/decide.ts';
import type { RedemptionRequest } from '../../contracts/http/redemptions.ts';
import type { QueueSender } from '../../contracts/queue-sender.ts';
import type { Cart } from '../../domain/cart/cart.ts';
import type { DecisionWarning } from '../../domain/decision/answer-parts.ts';
import { type RedemptionTerms, redemptionTerms } from '../../domain/decision/redeem.ts';
import { NO_REQUEST } from '../../domain/decision/request.ts';
import { isJsonObject } from '../../domain/json.ts';
import { expire } from '../../domain/redemption/moves.ts';
import type { Redemption } from '../../domain/redemption/redemption.ts';
import type { StoredRedemption } from '../../domain/redemption/redemption-store.ts';
import { moveOf, NOTHING_TAKEN } from '../../domain/redemption/take.ts';
import type { VisitorStore } from '../../domain/visitor/visitor-store.ts';
import { Conflict, InvalidRequest, Unavailable } from '../../runtime/errors.ts';
import type { Logger } from '../../runtime/logger.ts';
import { delayUntil } from '../business/outbox.ts';
import type { Catalogs } from '../catalog-library.ts';
import type { PersonIds } from '../person.ts';
import { type CodesOfOrderDeps, readCodes } from './codes-of-order.ts';
import { createDrafter, type Draft, type Wanted } from './draft.ts';
import { changesOf, type ExhaustedDigest } from './exhausted.ts';
import { backOff, isShort, MAX_ATTEMPTS, shapeFirst } from './ledger.ts';
import { planOrder } from './plan-order.ts';
import type { Settler } from './settle.ts';
import { approvalOf, createSpender, type SpendDeps } from './spend.ts';
import { readWhom, type Whom } from './whom.ts';

export interface HoldDeps extends SpendDeps, Pick<CodesOfOrderDeps, 'codeSecret'> {
  readonly readVisitors: VisitorStore['read'];
  readonly catalogs: () => Promise<Catalogs>;
  readonly queues: QueueSender;
  readonly digest: ExhaustedDigest;
  /** The digest as it was last seen. */
  readonly exhausted: () => Promise<readonly ExhaustedCap[]>;
  /** Moves an order on that awaits its approval. */
  readonly tend: Settler['tend'];
  readonly logger: Logger;
}

/** An order as it is held now, and whether it was held by this request. */
export interface Held {
  readonly redemption: Redemption;
  readonly isNew: boolean;
  readonly warnings: readonly DecisionWarning[];
}

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
  const draft = createDrafter(deps);
  const spender = createSpender(deps);

  /** What is known of an order; a hold whose time is over is released first, and an approval taken note of. */
  const standing = async (orderId: string): Promise<StoredRedemption | null> => {
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      const before = await store.read(orderId);
      if (before === null) return null;
      if (before.redemption.status === 'awaitingApproval') {
        await deps.tend(orderId);
        return store.read(orderId);
      }
      const { redemption: after, gives } = expire(before.redemption, now());
      if (after === before.redemption) return before;
      await store.write(moveOf(before, after, NOTHING_TAKEN, gives));
    }
    throw new Unavailable('The order was changed by others all the time.');
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

  /** What refunds of the order will have to know. */
  const forRefunds = (terms: RedemptionTerms, { cart }: Draft): Pick<Redemption, 'refundTerms'> => {
    const refundTerms = cart === null ? null : terms.refundTerms(cart);
    if (refundTerms === 'too-large') {
      deps.logger.warn('An order is too large to be computed anew: refunds of it keep its offers.');
    }
    return refundTerms === null || refundTerms === 'too-large' ? {} : { refundTerms };
  };

  /** Whom the order is of, and what they may have. */
  const prepare = async (request: RedemptionRequest) => {
    const { userId = null, anonymousId = null } = request;
    const ids: PersonIds = { userId, anonymousId };
    const at = now();
    const whom = await readWhom(deps.readVisitors, ids, await deps.catalogs(), at);
    const cart = cartOf(request, whom);
    const { catalog, visitor, profile } = whom;
    const asked = {
      ...NO_REQUEST,
      channel: request.channel ?? null,
      context: isJsonObject(request.context) ? request.context : {},
      cart,
    };
    const accountId = request.accountId ?? profile.account?.id ?? null;
    const account = await spender.accountOf(accountId, whom, asked, cart, at);
    const decisionRequest = { ...asked, account: account?.account ?? null };
    const terms = redemptionTerms({
      catalog,
      visitor,
      profile,
      request: decisionRequest,
      cart,
      claims: request.claims ?? [],
      ...(await readCodes(deps, catalog, cart)),
      now: at,
    });
    return { whom, terms, account, entitlements: entitlementsOf(request, terms, whom, cart) };
  };

  return async (request: RedemptionRequest): Promise<Held> => {
    const { orderId } = request;
    const before = await standing(orderId);
    if (before !== null && !mayBeHeldAgain(before.redemption))
      return { redemption: before.redemption, isNew: false, warnings: [] };
    const { whom, terms, account, entitlements } = await prepare(request);
    const { currency } = whom.catalog.settings;
    const allowed = approvalOf(before?.redemption);
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
      const spent = await spender.plan(account, drafted.cart, currency, allowed);
      const refundTerms = forRefunds(terms, drafted);
      const plan = planOrder({ orderId, whom, drafted, refundTerms, spent, start, now: now() });
      if (plan.kind === 'shape') {
        await shapeFirst(deps, plan);
        continue;
      }
      if (plan.kind === 'order') {
        const { redemption, taking, task } = plan;
        const outcome = await store.write(moveOf(before, redemption, taking, [], task));
        if (outcome === 'written') {
          if (redemption.status === 'held')
            await Promise.all([release(redemption), tellDigest(drafted, names)]);
          return { redemption, isNew: true, warnings: drafted.warnings };
        }
        if (outcome === 'moved') {
          const other = await store.read(orderId);
          if (other !== null) return { redemption: other.redemption, isNew: false, warnings: [] };
        }
      }
      await backOff(deps, attempt);
    }
    throw new Unavailable('Many ask for the same offer at this moment; nothing is held.');
  };
};

/** An order that nobody paid for in time may be held anew under its id, once its visitor was told all that it owes. */
const mayBeHeldAgain = ({ status, owed }: Redemption): boolean => status === 'expired' && owed.length === 0;

/**
 * Claims of which nothing shows in a cart; those that take something off it are priced with it.
 *
 * @throws Conflict (409) for a claim that is not the visitor's to make, with why
 */
const entitlementsOf = (
  { claims = [] }: RedemptionRequest,
  terms: RedemptionTerms,
  { catalog }: Whom,
  cart: Cart | null,
): readonly Wanted[] => {
  const refused = claims.flatMap((claim) => terms.refuseClaim(claim) ?? []);
  if (refused.length > 0) throw new Conflict('An offer is not there to be claimed.', { claims: refused });
  return claims.flatMap(({ offerId, grantId }): readonly Wanted[] => {
    const offer = catalog.offerById.get(offerId);
    // A gift goes with a cart where there is one, and is a thing to have by itself where there is none.
    const isEntitlement =
      offer?.reward.type === 'upgrade' || (offer?.reward.type === 'gift' && cart === null);
    if (offer === undefined || !isEntitlement) return [];
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
