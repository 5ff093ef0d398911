import type { TimerDue } from '../contracts/bus.ts';
import type { FindDue } from '../contracts/due-visitors.ts';
import type { QueueSender } from '../contracts/queue-sender.ts';
import type { Logger } from '../runtime/logger.ts';

const HOUR_MS = 3_600_000;

/** How late a timer may be before it counts as lost: the scheduler itself is precise to a minute. */
const PATIENCE_MS = 2 * 60_000;

/** How far back every sweep looks: a lost timer is found within minutes, at 16 requests an hour looked at. */
const USUAL_MS = 2 * HOUR_MS;

/** How far back one sweep in an hour looks: for those whom an earlier sweep brought back and who were lost again. */
const HOURLY_MS = 26 * HOUR_MS;

/** How far back one sweep in a day looks: for what was lost while nobody swept. */
const DAILY_MS = 14 * 24 * HOUR_MS;

/** The stack sweeps once in five minutes: of those of an hour one falls into this part of it. */
const DEEP = { from: 35 * 60_000, to: 40 * 60_000 };

/** The hour of a day, UTC, whose deep sweep is the daily one. */
const DAILY_HOUR = 3;

const depthAt = (at: number): number => {
  const intoHour = at % HOUR_MS;
  if (intoHour < DEEP.from || intoHour >= DEEP.to) return USUAL_MS;
  return Math.floor(at / HOUR_MS) % 24 === DAILY_HOUR ? DAILY_MS : HOURLY_MS;
};

/** No timer has it: the visitor is looked at, whichever timer they have. */
const ANY_TIMER = -1;

export interface SweepDeps {
  readonly findDue: FindDue;
  readonly queues: QueueSender;
  /** The service's clock, milliseconds since 1970. */
  readonly now: () => number;
  readonly logger: Logger;
  /** Told how many were overdue. */
  readonly onOverdue?: (visitors: number) => void;
}

/**
 * Looks for visitors of whom something should long have happened, since their timer was lost or never armed, and brings
 * them before react. Nobody is looked for who is done: what is due of a visitor is written with their state.
 */
export const createSweep =
  ({ findDue, queues, now, logger, onOverdue }: SweepDeps) =>
  async (): Promise<void> => {
    const at = now();
    let count = 0;
    for await (const visitors of findDue(at - depthAt(at), at - PATIENCE_MS)) {
      const timers = visitors.map((visitor): TimerDue => ({ ...visitor, generation: ANY_TIMER }));
      await queues.send('timers-due', timers);
      count += timers.length;
    }
    onOverdue?.(count);
    if (count > 0) logger.warn('Visitors were overdue: their timers were lost, or are late.', { count });
  };
