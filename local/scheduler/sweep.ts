import { randomUUID } from 'node:crypto';
import { LOCAL_ACCOUNT, LOCAL_REGION } from '../bus/event.ts';
import type { Handler } from '../functions.ts';
import { invoke } from '../invoke.ts';
import { messageOf } from '../start-failure.ts';

/** Invokes `on-sweep-due` at the start and then every minute of the service's time. */
export interface Sweep {
  /** Sweeps now where a minute or more has passed since the last time, as after a jump of the clock. */
  readonly catchUp: () => Promise<void>;
  /** Does something during which nothing is swept. */
  readonly outOfTheWay: (work: () => Promise<void>) => Promise<void>;
  readonly stop: () => Promise<void>;
}

const SWEEP_EVERY_MS = 60_000;
const NAME = 'on-sweep-due';

/** The event of a schedule of EventBridge, as its functions get it. */
const scheduledEvent = (at: number): unknown => ({
  version: '0',
  id: randomUUID(),
  'detail-type': 'Scheduled Event',
  source: 'aws.events',
  account: LOCAL_ACCOUNT,
  time: `${new Date(at).toISOString().slice(0, 19)}Z`,
  region: LOCAL_REGION,
  resources: [`arn:aws:events:${LOCAL_REGION}:${LOCAL_ACCOUNT}:rule/sweep`],
  detail: {},
});

/**
 * Starts sweeping.
 *
 * @param now the service's clock
 */
export const startSweep = (handler: () => Handler, now: () => number): Sweep => {
  let lastAt: number | undefined;
  let running: Promise<void> | undefined;

  const run = async (): Promise<void> => {
    lastAt = now();
    try {
      await invoke(handler(), NAME, scheduledEvent(lastAt));
    } catch (error) {
      // The next one, a minute later, looks at the same.
      console.error(`${NAME} failed: ${messageOf(error)}`);
    }
  };

  const sweep = (): Promise<void> => {
    running ??= run().finally(() => {
      running = undefined;
    });
    return running;
  };

  const timer = setInterval(() => void sweep(), SWEEP_EVERY_MS);
  void sweep();
  return {
    catchUp: async () => {
      await running;
      if (lastAt === undefined || Math.abs(now() - lastAt) >= SWEEP_EVERY_MS) {
        await sweep();
      }
    },
    outOfTheWay: async (work) => {
      await running;
      const mine = work();
      const settled = mine.then(
        () => undefined,
        () => undefined,
      );
      running = settled.finally(() => {
        running = undefined;
      });
      await mine;
    },
    stop: async () => {
      clearInterval(timer);
      await running;
    },
  };
};
