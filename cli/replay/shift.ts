import type { Rees46Call } from '../events/rees46.ts';

/** Moves events in time so that the last one is at `last` (milliseconds since 1970); their distances stay. */
export const shiftTo = (calls: readonly Rees46Call[], last: number): readonly Rees46Call[] => {
  const newest = calls.reduce((latest, { at }) => Math.max(latest, at), Number.NEGATIVE_INFINITY);
  return calls.map((call) => ({ ...call, at: call.at - newest + last }));
};

/**
 * Session by session, as apps send what they gathered: the service folds the events of a visitor that come in one
 * request into one write. Their order changes nothing in what the service knows at the end.
 */
export const bySession = (calls: readonly Rees46Call[]): readonly Rees46Call[] =>
  [...Map.groupBy(calls, ({ userId, session }) => `${userId} ${session}`).values()].flat();
