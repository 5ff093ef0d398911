import type { TimelineEffect, TimelineEntry } from '../effect/effect.ts';

/** The memory of what happened to visitors, in the order of its times. */
export interface TimelineWriter {
  /**
   * Adds lines to a visitor's story; those that are there already stay as they are.
   *
   * @param now - the service's clock, milliseconds since 1970: from then on they are kept for 13 months
   */
  readonly put: (visitorId: string, lines: readonly TimelineEffect[], now: number) => Promise<void>;
}

/** Some lines of a visitor's story, newest first. */
export interface LoggedEntries {
  readonly entries: readonly {
    /** The line's place: what comes before it is older. */
    readonly key: string;
    /** Milliseconds since 1970. */
    readonly at: number;
    readonly entry: TimelineEntry;
  }[];
  /** Whether there are older ones. */
  readonly more: boolean;
}

/**
 * Reads what was written under one visitor id. The story of somebody who was joined to another person goes on under
 * that person's id, and what was before stays where it is.
 *
 * @param before - key of the line before which to go on, or {@link timelineKeyAt}; null: from the newest
 */
export type ReadTimelineEntries = (
  visitorId: string,
  before: string | null,
  limit: number,
) => Promise<LoggedEntries>;

/** The place of a moment: what comes before it is older than that moment. Milliseconds since 1970. */
export const timelineKeyAt = (at: number): string => String(Math.max(0, Math.floor(at))).padStart(16, '0');
