import type { TimerDue } from './bus.ts';

/** A port: who keeps timers that are further away than a queue can keep a message back. */
export interface TimerScheduler {
  /**
   * Arms a timer: at its time it comes into the queue `timers-due`. To arm the same one again changes nothing.
   *
   * @param spread - whether it may come up to ten minutes late, since many are due at this very minute
   */
  readonly arm: (timer: TimerDue, spread: boolean) => Promise<void>;
}
