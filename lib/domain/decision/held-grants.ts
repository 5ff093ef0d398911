import { isHeld } from '../journey/is-held.ts';
import type { GrantProfile, Profile } from '../visitor/profile.ts';

/** By offer: of several grants the one that ends first, so that none is lost for another's sake. */
export type HeldGrants = ReadonlyMap<string, GrantProfile>;

const NONE: HeldGrants = new Map();

const endOf = ({ expiresAt }: GrantProfile): number => expiresAt ?? Number.POSITIVE_INFINITY;

/** By when they end, then by id. */
export const compareGrants = (a: GrantProfile, b: GrantProfile): number =>
  (endOf(a) === endOf(b) ? 0 : endOf(a) - endOf(b)) || (a.grantId < b.grantId ? -1 : 1);

/** The grants that a cart is priced with. */
export const heldGrantsOf = ({ grants }: Pick<Profile, 'grants'>, now: number): HeldGrants => {
  if (grants.length === 0) return NONE;
  const held = grants.filter((grant) => isHeld(grant, now)).sort(compareGrants);
  return new Map(held.toReversed().map((grant) => [grant.offerId, grant]));
};
