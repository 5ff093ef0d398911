import type { CompiledCatalog } from '../catalog/compiled.ts';
import type { Intent } from '../catalog/primitives.ts';
import { isServiceFirst, type Profile } from '../visitor/profile.ts';
import { type Draw, drawGlobalHoldout } from './draw.ts';

/** What holds for the whole decision, whatever a definition says (`catalog.md`, rules that none can overrule). */
export interface Suppression {
  /** Rule 1: an open problem of severity medium or high. Nothing of intent `sell`. */
  readonly serviceFirst: boolean;
  /** The visitor could not be read: defaults, and nothing of intent `sell`, since a problem may be open. */
  readonly unread: boolean;
  /** In the global holdout: no experience but defaults, no automatic offer; `recover` and `protect` all the same. */
  readonly heldOut: boolean;
  /** Rule 7: wants to buy and be gone. Default content only. */
  readonly transactionOnly: boolean;
  /** The draw of the global holdout, where it is new. */
  readonly draw: Draw | null;
}

/**
 * What holds for the whole of a decision.
 *
 * @param now - the decision's clock, milliseconds since 1970
 */
export const suppressionOf = (
  profile: Profile,
  unread: boolean,
  catalog: CompiledCatalog,
  now: number,
): Suppression => {
  const { heldOut, draw } = drawGlobalHoldout(unread ? 0 : catalog.settings.globalHoldout, profile);
  return {
    serviceFirst: isServiceFirst(profile, now),
    unread,
    heldOut,
    transactionOnly: profile.preferences.contactStyle === 'transaction-only',
    draw,
  };
};

/** Whether an intent sells while nothing may be sold. */
export const forbidsSelling = ({ serviceFirst, unread }: Suppression, intent: Intent): boolean =>
  intent === 'sell' && (serviceFirst || unread);

/** Whether the global holdout withholds this intent. */
export const withholds = ({ heldOut }: Suppression, intent: Intent): boolean =>
  heldOut && intent !== 'recover' && intent !== 'protect';

/** Whether offers of some intent can't apply now, whatever they say. */
export const suppressesOffers = ({ serviceFirst, unread, heldOut }: Suppression): boolean =>
  serviceFirst || unread || heldOut;
