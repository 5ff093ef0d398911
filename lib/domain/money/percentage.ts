/** Hundredths of a percent: 10 000 are the whole. Discounts are computed in them, so that 12.34 % is an integer. */
export type Permyriad = number;

const whole = 10_000;

/** Percent with up to two decimals to permyriad: 12.34 → 1234. */
export const permyriadOf = (percent: number): Permyriad => Math.round(percent * 100);

/** `numerator / denominator` rounded half away from zero; integers, the denominator positive. */
export const divideRounded = (numerator: number, denominator: number): number => {
  const magnitude = Math.abs(numerator);
  const rest = magnitude % denominator;
  const quotient = (magnitude - rest) / denominator + (rest >= denominator - rest ? 1 : 0);
  return numerator < 0 && quotient !== 0 ? -quotient : quotient;
};

/**
 * A share of an amount in minor units, rounded half away from zero. Exact for every safe integer: the product is
 * taken in two halves, neither of which can pass 2^53 while the share is at most the whole.
 */
export const shareOf = (amount: number, permyriad: Permyriad): number => {
  const rest = amount % whole;
  return ((amount - rest) / whole) * permyriad + divideRounded(rest * permyriad, whole);
};
