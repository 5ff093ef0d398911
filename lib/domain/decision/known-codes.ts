import type { CompiledCatalog, CompiledOffer } from '../catalog/compiled.ts';
import { canonicalCode, serialOf } from '../offer/single-use-code.ts';
import { onceFor } from '../once-for.ts';

/** A single-use code of a cart that was made by the offer's own secret, used or not. */
export interface SingleUseCode {
  /** As it was typed, by `keyOfCode`. */
  readonly code: string;
  readonly offerId: string;
  /** Two ways to type one code have the same. */
  readonly serial: number;
  /** Whether an order has it. */
  readonly used: boolean;
}

/** What is known of the codes in a cart, before it is priced. */
export interface KnownCodes {
  /** `guarded`: too many were wrong, so all are answered as unknown; `unread`: they could not be looked up. */
  readonly standing: 'open' | 'guarded' | 'unread';
  /** Whether the caller may hear why a code is refused that is not this visitor's to use. */
  readonly isTrusted: boolean;
  readonly singleUse: readonly SingleUseCode[];
}

/** A code however it is typed: people don't mind capitals, and copy blanks with it. */
export const keyOfCode = (code: string): string => code.trim().toUpperCase();

const offersWithCodes = onceFor((catalog: CompiledCatalog): readonly CompiledOffer[] =>
  catalog.offers.filter(({ definition }) => definition.codes !== undefined),
);

/** Whether a catalog has offers with single-use codes. */
export const hasSingleUseCodes = (catalog: CompiledCatalog): boolean => offersWithCodes(catalog).length > 0;

/**
 * The codes that were made for offers of a catalog. Every code is tried with every offer, right or wrong: the work is
 * the same.
 *
 * @param secret - what the environment's codes are made by
 * @param isUsed - whether an order has a code, by its canonical form
 */
export const genuineCodes = (
  catalog: CompiledCatalog,
  secret: Uint8Array,
  codes: readonly string[],
  isUsed: (canonical: string) => boolean,
): readonly SingleUseCode[] =>
  codes.flatMap((code) => {
    const canonical = canonicalCode(code);
    return offersWithCodes(catalog).flatMap(({ id: offerId, definition }): readonly SingleUseCode[] => {
      const { prefix = '', count = 0 } = definition.codes ?? {};
      const serial = serialOf(secret, { offerId, prefix }, canonical);
      if (serial === null || serial >= count) return [];
      return [{ code: keyOfCode(code), offerId, serial, used: isUsed(canonical) }];
    });
  });
