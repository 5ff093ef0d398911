import { Conflict } from '../../runtime/errors.ts';
import type { Metrics } from '../../runtime/metrics.ts';
import { createHolder, type HoldDeps } from './hold.ts';

/** A holder ({@link createHolder}) that reports how many offers it held, and how often others took the last of one. */
export const createMeasuredHolder = (deps: HoldDeps, { add }: Metrics): ReturnType<typeof createHolder> => {
  const hold = createHolder(deps);
  return async (request) => {
    try {
      const held = await hold(request);
      if (held.isNew && held.redemption.status === 'held') add({ HoldsTaken: held.redemption.holds.length });
      return held;
    } catch (error) {
      if (error instanceof Conflict) add({ CapsHit: 1 });
      throw error;
    }
  };
};
