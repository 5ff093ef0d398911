import { messageOf } from '../start-failure.ts';
import type { Agenda } from './agenda.ts';

/** Fires what is on the agenda when its time has come by the service's clock. */
export interface Timekeeper {
  /** To be called when the agenda or the clock has changed. */
  readonly look: () => void;
  readonly stop: () => Promise<void>;
}

/** Timers hold 24.8 days at most. */
const LONGEST_SLEEP_MS = 3_600_000;
/** Until what could not be written (a full disk) is tried again. */
const RETRY_MS = 1_000;

/**
 * Starts with whatever fell due while the service was down.
 *
 * @param now the service's clock
 */
export const startTimekeeper = (agenda: Pick<Agenda, 'nextDue' | 'fire'>, now: () => number): Timekeeper => {
  let stopped = false;
  let alarm: NodeJS.Timeout | undefined;
  let firing: Promise<void> | undefined;

  const sleep = (ms: number): void => {
    clearTimeout(alarm);
    if (!stopped) {
      alarm = setTimeout(look, Math.min(LONGEST_SLEEP_MS, Math.max(1, ms)));
    }
  };

  const fire = async (): Promise<void> => {
    let pause: number | undefined;
    try {
      await agenda.fire(now());
    } catch (error) {
      console.error(`What is due could not be put into its queue: ${messageOf(error)}`);
      pause = RETRY_MS;
    }
    firing = undefined;
    if (pause === undefined) {
      look();
    } else {
      sleep(pause);
    }
  };

  const look = (): void => {
    if (stopped || firing !== undefined) {
      return;
    }
    const due = agenda.nextDue();
    if (due === undefined) {
      clearTimeout(alarm);
    } else if (due <= now()) {
      firing = fire();
    } else {
      sleep(due - now());
    }
  };

  look();
  return {
    look,
    stop: async () => {
      stopped = true;
      clearTimeout(alarm);
      await firing;
    },
  };
};
