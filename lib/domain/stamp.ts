/**
 * The place of an event in its visitor's history. Events are folded by (`timestamp`, `messageId`), so two
 * stamps of different events are never equal and arrival order does not matter.
 */
export interface Stamp {
  /** When it happened, in milliseconds since 1970. */
  readonly at: number;
  /** The event's messageId (a long one shortened): decides between events of the same millisecond. */
  readonly tie: string;
}

/** Negative where `a` stands before `b`, positive where after, 0 where they are the same event. */
export const compareStamps = (a: Stamp, b: Stamp): number =>
  a.at - b.at || (a.tie < b.tie ? -1 : a.tie > b.tie ? 1 : 0);

/** Whether `a` stands after `b` (anything stands after nothing). */
export const isAfter = (a: Stamp, b: Stamp | undefined): boolean =>
  b === undefined || compareStamps(a, b) > 0;
