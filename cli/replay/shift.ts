import type { Rees46Call } from '../events/rees46.ts';

/** Moves events in time so that the last one is at `last` (milliseconds since 1970); their distances stay. */
export const shiftTo = (calls: readonly Rees46Call[], last: number): readonly Rees46Call[] => {
  const newest = calls.reduce((latest, { at }) => Math.max(latest, at), Number.NEGATIVE_INFINITY);
  return calls.map((call) => ({ ...call, at: call.at - newest + last }));
};
