import type { CappedLimit } from '../offer/cap-room.ts';
import type { Share } from './cap.ts';

/** What an order takes of one authorization of its account. */
export interface SpendingUse {
  readonly kind: 'cap';
  readonly limit: 'authorization';
  readonly capId: string;
  readonly shares: readonly Share[];
}

/** What one offer took of one cap. It is given back to the very same place. */
export type CapUse =
  | {
      readonly kind: 'cap';
      readonly limit: CappedLimit | 'grant' | 'code';
      readonly capId: string;
      readonly shares: readonly Share[];
    }
  | SpendingUse
  /** Of what one person may use; counted under the id that they had then. */
  | { readonly kind: 'person'; readonly visitorId: string; readonly offerId: string; readonly limit: number };

export const isSpendingUse = (use: CapUse): use is SpendingUse =>
  use.kind === 'cap' && use.limit === 'authorization';
