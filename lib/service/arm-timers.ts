import type * as z from 'zod';
import type { TimerDue } from '../contracts/bus.ts';
import type { timerEffectsSchema } from '../contracts/effects.ts';
import { MAX_DELAY_SECONDS, type QueueSender } from '../contracts/queue-sender.ts';
import type { TimerScheduler } from '../contracts/timer-scheduler.ts';

export interface ArmTimersDeps {
  readonly queues: QueueSender;
  readonly scheduler: TimerScheduler;
  /** The service's clock, milliseconds since 1970. */
  readonly now: () => number;
}

/**
 * Arms a visitor's timer. One of the next fifteen minutes is a message that its queue keeps back, which costs less and is
 * more to the point than a schedule; one whose time is past comes at once. Armed twice it fires twice, and the second
 * finds nothing due.
 */
export const createTimerArmer =
  ({ queues, scheduler, now }: ArmTimersDeps) =>
  async ({ visitorId, effects }: z.infer<typeof timerEffectsSchema>): Promise<void> => {
    for (const { due, generation, spread } of effects) {
      const timer: TimerDue = { visitorId, generation, due };
      const seconds = (due - now()) / 1000;
      if (seconds > MAX_DELAY_SECONDS) await scheduler.arm(timer, spread);
      else await queues.send('timers-due', [timer], seconds);
    }
  };
