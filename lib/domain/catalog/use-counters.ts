import type { CounterSpec } from '../condition/condition.ts';
import { counterOf } from '../condition/counter.ts';
import { parseWhere } from '../condition/parse.ts';
import { OFFER_REDEEMED, OFFER_RETURNED } from '../redemption/told-events.ts';
import type { OfferDefinition } from './definition.ts';

/** What one person has of an offer: what they redeemed, less what they gave back. */
export interface UseCounters {
  readonly redeemed: CounterSpec;
  readonly returned: CounterSpec;
}

/**
 * The counters of a person's uses of an offer, which decisions go by; null where nobody's are limited. Only what the
 * ledger tells of counts: that names an order.
 */
export const useCountersOf = ({ id, limits }: Pick<OfferDefinition, 'id' | 'limits'>): UseCounters | null => {
  if (limits?.perVisitor === undefined) return null;
  const where = parseWhere({ offerId: id, orderId: { $exists: true } });
  const counted = (event: string): CounterSpec => counterOf(event, where.ok ? where.condition : null, null);
  return { redeemed: counted(OFFER_REDEEMED), returned: counted(OFFER_RETURNED) };
};
