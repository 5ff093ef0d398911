import type { Cart } from '../../domain/cart/cart.ts';
import type { CompiledCatalog } from '../../domain/catalog/compiled.ts';
import { genuineCodes, type KnownCodes } from '../../domain/decision/known-codes.ts';
import { capOfCode } from '../../domain/redemption/cap.ts';
import type { RedemptionStore } from '../../domain/redemption/redemption-store.ts';
import type { CodeSecret } from '../codes/code-secret.ts';

export interface CodesOfOrderDeps {
  readonly codeSecret: CodeSecret;
  readonly store: Pick<RedemptionStore, 'readCap'>;
}

/**
 * What is known of the codes in an order's cart, as the ledger itself says. An order needs a secret key: its codes are
 * no guesses, and why one is refused may be told.
 */
export const readCodes = async (
  { codeSecret, store }: CodesOfOrderDeps,
  catalog: CompiledCatalog,
  cart: Cart | null,
): Promise<{ readonly codes?: KnownCodes }> => {
  const typed = cart?.codes ?? [];
  const secret = typed.length === 0 ? null : await codeSecret();
  if (secret === null) return {};
  const genuine = genuineCodes(catalog, secret, typed, () => false);
  const singleUse = await Promise.all(
    genuine.map(async (one) => {
      const parts = await store.readCap(capOfCode(one.code).capId);
      return { ...one, used: parts.some(({ used }) => used > 0) };
    }),
  );
  return { codes: { standing: 'open', isTrusted: true, singleUse } };
};
