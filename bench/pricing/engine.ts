import * as z from 'zod';
import type { BasketLine, Workload } from './workload.ts';

/** Of all that promotions take off each line the largest, minor units, by the line's id. */
export type Discounts = Readonly<Record<string, number>>;

/** Promotions made ready. */
export interface Prepared {
  /** Prices a cart of the workload, by its position. */
  readonly price: (basket: number) => unknown;
  /** The same, read. */
  readonly discounts: (basket: number) => Discounts | Promise<Discounts>;
}

export interface Engine {
  readonly name: string;
  readonly prepare: (workload: Workload) => Prepared;
}

/** The largest of what is taken off each line. */
export const largestOf = (
  lines: readonly BasketLine[],
  taken: Iterable<readonly [line: string, amount: number]>,
): Discounts => {
  const largest = Object.fromEntries(lines.map(({ id }) => [id, 0]));
  for (const [line, amount] of taken) largest[line] = Math.max(largest[line] ?? 0, amount);
  return largest;
};

/** What a peer exports to be called. */
export const callable = <T>(): z.ZodType<T> => z.custom<T>((value) => typeof value === 'function');
