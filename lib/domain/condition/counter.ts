import { createHash } from 'node:crypto';
import { type Duration, maximumMilliseconds } from '../time/duration.ts';
import { canonicalText } from './canonical.ts';
import type { Condition, CounterSpec } from './condition.ts';

/**
 * The counter of an event's name and `where` (see `parseWhere`).
 *
 * @param within - how far back is asked; null where all since first asked count.
 */
export const counterOf = (name: string, where: Condition | null, within: Duration | null): CounterSpec => ({
  id: counterIdOf(name, where),
  name,
  where,
  window: within === null ? null : maximumMilliseconds(within),
});

/** 72 bits of a hash, base64url: it keys a visitor's ring, so it must not change between versions. */
const counterIdOf = (name: string, where: Condition | null): string =>
  createHash('sha256')
    .update(JSON.stringify([name, where === null ? null : canonicalText(where.root)]))
    .digest('base64url')
    .slice(0, 12);
