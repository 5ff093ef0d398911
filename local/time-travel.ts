import type { MovableClock } from './clock.ts';
import type { Queues } from './queue/queues.ts';
import type { Agenda } from './scheduler/agenda.ts';
import type { Sweep } from './scheduler/sweep.ts';
import type { StreamReader } from './stream/reader.ts';

/** Lets everything take effect, and moves the clock through all that is due. */
export interface TimeTravel {
  /** Applies everything accepted, with all that follows from it; false when that does not come to an end. */
  readonly settle: () => Promise<boolean>;
  /**
   * Settles, then goes from one due time to the next until the time that `targetOf` makes of the clock's (both ms since
   * 1970), and settles at each; false when it got stuck, or the service stops: the clock then stands where it got to.
   */
  readonly move: (targetOf: (now: number) => number) => Promise<boolean>;
}

/** What settling and moving need. */
export interface TimeTravelOptions {
  readonly clock: MovableClock;
  readonly queues: Pick<Queues, 'drain' | 'areEmpty'>;
  readonly reader: Pick<StreamReader, 'catchUp'>;
  readonly agenda: Pick<Agenda, 'nextDue' | 'fire' | 'fireRounded'>;
  readonly sweep: Pick<Sweep, 'catchUp'>;
  readonly isStopping: () => boolean;
}

/** Of one settling: what takes longer hangs, or goes round for ever. */
const SETTLE_LIMIT_MS = 25_000;

export const createTimeTravel = ({
  clock,
  queues,
  reader,
  agenda,
  sweep,
  isStopping,
}: TimeTravelOptions): TimeTravel => {
  const settle = async (): Promise<boolean> => {
    const end = Date.now() + SETTLE_LIMIT_MS;
    do {
      if (isStopping() || !(await queues.drain(end - Date.now()))) {
        return false;
      }
      // What the functions wrote is in the stream, whose records become messages again.
    } while ((await reader.catchUp()) > 0 || !queues.areEmpty());
    return true;
  };

  /** Fires and settles what is due by now, and what that makes due by now. */
  const settleDue = async (): Promise<boolean> => {
    for (let due = agenda.nextDue(); due !== undefined && due <= clock.now(); due = agenda.nextDue()) {
      await agenda.fire(clock.now());
      if (!(await settle())) {
        return false;
      }
    }
    return true;
  };

  const stepTo = async (at: number): Promise<boolean> => {
    // Real time runs on while a step is settled, and may have passed the next due time already.
    if (at > clock.now()) {
      await clock.moveTo(at);
    }
    return await settleDue();
  };

  return {
    settle,
    move: async (targetOf) => {
      if (!(await settle())) {
        return false;
      }
      const start = clock.now();
      const target = targetOf(start);
      for (let due = agenda.nextDue(); due !== undefined && due <= target; due = agenda.nextDue()) {
        if (!(await stepTo(due))) {
          return false;
        }
      }
      // It goes back where that was asked for, and not by the time that all of this took.
      if (target < start || target > clock.now()) {
        await clock.moveTo(target);
      }
      await sweep.catchUp();
      do {
        if (!(await settle()) || !(await settleDue())) {
          return false;
        }
      } while (await agenda.fireRounded(target));
      return true;
    },
  };
};
