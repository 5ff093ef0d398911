import { createHash } from 'node:crypto';
import { type Duration, maximumMilliseconds } from '../time/duration.ts';
import { canonicalText } from './canonical.ts';
import type { Condition } from './condition.ts';

/** An event count that a condition, or an experience's limit, asks for. */
export interface CounterSpec {
  /** The same for the same name and `where`, whatever the window: they share one ring. */
  readonly id: string;
  readonly name: string;
  /** Paths relative to the event's properties: evaluate it with these as the facts' roots. */
  readonly where: Condition | null;
  /** How far back is asked, in milliseconds (calendar units at their longest); null: since first asked. */
  readonly window: number | null;
}

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
