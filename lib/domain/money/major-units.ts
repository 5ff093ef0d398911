import { currencyExponent } from './currency.ts';

/** An amount for people to read: `12.34 EUR`, `1234 JPY`. Minor units. */
export const inWords = (amount: number, currency: string): string => {
  const exponent = currencyExponent(currency) ?? 2;
  return `${(amount / 10 ** exponent).toFixed(exponent)} ${currency}`;
};
