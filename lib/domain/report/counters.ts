import type { CountEffect } from '../effect/effect.ts';

/** What a commit of a visitor adds to the environment's counters. */
export interface CountsOfCommit {
  readonly visitorId: string;
  readonly version: number;
  /** The service's clock at the commit, milliseconds since 1970. */
  readonly at: number;
  readonly effects: readonly CountEffect[];
}

/** Adds to counters, once for each commit, however often it is told of it, and in whatever order. */
export type AddCounts = (counts: CountsOfCommit) => Promise<void>;

/**
 * Reads counters.
 *
 * @param prefix - what their names begin with, of at least two segments: `journeys/abandoned-cart`
 * @returns by their whole names; one that nobody added to is missing
 */
export type ReadCounters = (prefix: string) => Promise<ReadonlyMap<string, number>>;
