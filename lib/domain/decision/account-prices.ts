import type { Cart } from '../cart/cart.ts';
import { type Facts, readPath } from '../condition/facts.ts';
import { isJsonObject } from '../json.ts';
import type { Prices } from '../offer/priceable-offer.ts';
import { own, setOwn } from '../own.ts';

/** An account's prices of what is in the cart; what is no price is none. */
export const accountPrices = (
  fact: string,
  { lines }: Pick<Cart, 'lines'>,
  { roots }: Pick<Facts, 'roots'>,
): Prices => {
  const list = readPath(roots, fact.split('.'));
  const prices: { [sku: string]: number } = {};
  if (!isJsonObject(list)) return prices;
  for (const { sku } of lines) {
    const price = own(list, sku);
    if (typeof price === 'number' && Number.isSafeInteger(price) && price >= 0) setOwn(prices, sku, price);
  }
  return prices;
};
