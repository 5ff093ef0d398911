import type { CompiledOffer } from '../../domain/catalog/compiled.ts';
import type { DecisionWarning } from '../../domain/decision/answer-parts.ts';
import type { RedemptionTerms } from '../../domain/decision/redeem.ts';
import type { CapRoom } from '../../domain/offer/cap-room.ts';
import type { PricedCart } from '../../domain/offer/priced-cart.ts';
import { capOfCode, capOfGrant, capsOf } from '../../domain/redemption/cap.ts';
import {
  leftIn,
  type Planned,
  planWants,
  type Seen,
  type Taking,
  type Want,
} from '../../domain/redemption/take.ts';
import { InvalidRequest } from '../../runtime/errors.ts';
import { type LedgerDeps, look } from './ledger.ts';
import type { Whom } from './whom.ts';

/** One offer that an order is to have. */
export interface Wanted {
  readonly offer: CompiledOffer;
  readonly grantId?: string;
  readonly code?: string;
  readonly amount: number;
}

/** What an order comes to within the room that the ledger leaves now. */
export interface Draft {
  readonly cart: PricedCart | null;
  readonly wanted: readonly Wanted[];
  readonly seen: ReadonlyMap<string, readonly Seen[]>;
  readonly warnings: readonly DecisionWarning[];
}

const wantsOf = (
  { offer, grantId, code, amount }: Wanted,
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
    ...(code === undefined || definition.codes === undefined
      ? []
      : [{ kind: 'cap', limit: 'code', cap: capOfCode(code), amount: 1 } as const]),
  ];
};

/** What is left of an offer's limits; a grant or a code that is used already is used up for this person. */
const roomOf = (seen: readonly Seen[]): CapRoom => {
  let room: CapRoom = {};
  for (const one of seen) {
    const limit = one.kind === 'cap' ? one.want.limit : 'perVisitor';
    const key = limit === 'total' || limit === 'budget' ? limit : 'perVisitor';
    room = { ...room, [key]: Math.min(room[key] ?? Number.POSITIVE_INFINITY, leftIn(one)) };
  }
  return room;
};

/** Whether an offer's limits have to be looked at: not yet seen, or for another amount. */
const isUnseen = (seen: readonly Seen[] | undefined, amount: number): boolean =>
  seen === undefined ||
  seen.some(({ want }) => want.kind === 'cap' && want.limit === 'budget' && want.amount !== amount);

/**
 * Prices an order, looks at what that wants of the ledger, and prices it again within what is left there, until all of
 * it was looked at.
 *
 * @throws InvalidRequest (400) for a cart that can't be priced exactly
 */
export const createDrafter = (deps: LedgerDeps) => {
  return async (terms: RedemptionTerms, whom: Whom, entitlements: readonly Wanted[]): Promise<Draft> => {
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
};

/**
 * How to take all that an order wants of its caps, offer by offer.
 *
 * @param start - where to begin among the parts of a cap
 */
export const planAll = (
  { wanted, seen }: Draft,
  start: number,
): { readonly takings: readonly Taking[] } | Exclude<Planned, { readonly kind: 'taking' }> => {
  const takings: Taking[] = [];
  for (const { offer } of wanted) {
    const plan = planWants(seen.get(offer.id) ?? [], start);
    if (plan.kind !== 'taking') return plan;
    takings.push(plan.taking);
  }
  return { takings };
};
