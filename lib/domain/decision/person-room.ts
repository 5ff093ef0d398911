import type { CompiledCatalog } from '../catalog/compiled.ts';
import { useCountersOf } from '../catalog/use-counters.ts';
import type { CapRoom } from '../offer/cap-room.ts';
import { onceFor } from '../once-for.ts';
import { own } from '../own.ts';
import { OFFER_REDEEMED } from '../redemption/told-events.ts';
import { countSince } from '../visitor/counters.ts';
import type { Profile } from '../visitor/profile.ts';

/** An offer of which one person may have so many, and where their uses are counted. */
interface LimitedOffer {
  readonly offerId: string;
  readonly perVisitor: number;
  readonly redeemed: string;
  readonly returned: string;
}

const limitedOffers = onceFor((catalog: CompiledCatalog): readonly LimitedOffer[] =>
  catalog.offers.flatMap(({ id, definition }): readonly LimitedOffer[] => {
    const counters = useCountersOf(definition);
    const perVisitor = definition.limits?.perVisitor;
    if (counters === null || perVisitor === undefined) return [];
    return [{ offerId: id, perVisitor, redeemed: counters.redeemed.id, returned: counters.returned.id }];
  }),
);

/** Most visitors have redeemed nothing that is counted. */
const hasRedeemed = (
  { counters }: Pick<Profile, 'counters'>,
  { countersByEvent }: CompiledCatalog,
): boolean => countersByEvent.get(OFFER_REDEEMED)?.some(({ id }) => own(counters, id) !== undefined) === true;

/**
 * Offers of which this person has had all that one person may have, as far as their journeys were told: what an unpaid
 * order of theirs holds is not in it, so that its cart can be priced again.
 */
export const personRoom = (
  profile: Pick<Profile, 'counters'>,
  catalog: CompiledCatalog,
): ReadonlyMap<string, CapRoom> => {
  const room = new Map<string, CapRoom>();
  if (!hasRedeemed(profile, catalog)) return room;
  const countOf = (counterId: string): number => countSince(own(profile.counters, counterId), null);
  for (const { offerId, perVisitor, redeemed, returned } of limitedOffers(catalog)) {
    if (countOf(redeemed) - countOf(returned) >= perVisitor) room.set(offerId, { perVisitor: 0 });
  }
  return room;
};

/** What is left of limits, of all and of one person. */
export const joinRoom = (
  ofAll: { readonly [offerId: string]: CapRoom },
  ofPerson: ReadonlyMap<string, CapRoom>,
): ReadonlyMap<string, CapRoom> => {
  const room = new Map(Object.entries(ofAll));
  for (const [offerId, left] of ofPerson) room.set(offerId, { ...room.get(offerId), ...left });
  return room;
};
