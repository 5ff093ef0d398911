import { onceFor } from '../once-for.ts';
import { bytesOf } from '../visitor/bounds.ts';
import type { CartLine } from './cart.ts';

/** What a line's numbers and field names take once compressed beside the next line's. */
const OVERHEAD = 24;

/**
 * How much text a line brings, bytes of UTF-8 JSON: each text once, since one that repeats another (an id made of
 * product, variant and price; a sku that is the product's id) compresses to nothing.
 */
export const weightOfLine = onceFor((line: CartLine): number => {
  const texts = new Set([line.sku, line.productId, line.variant, line.name, line.category]);
  if (!line.id.startsWith(`${line.productId ?? line.sku}|`)) texts.add(line.id);
  let weight = OVERHEAD + bytesOf(line.attributes);
  for (const text of texts) weight += text === undefined ? 0 : bytesOf(text);
  return weight;
});

/** The first lines, as many as fit. */
export const linesWithin = (
  lines: readonly CartLine[],
  count: number,
  bytes: number,
): readonly CartLine[] => {
  let used = 0;
  let kept = 0;
  for (const line of lines) {
    used += weightOfLine(line);
    if (kept === count || used > bytes) return lines.slice(0, kept);
    kept += 1;
  }
  return lines;
};
