import { ConflictException, CreateScheduleCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import type { TimerDue } from '../../contracts/bus.ts';
import type { SchedulerEnvironment } from '../../contracts/environment.ts';
import type { TimerScheduler } from '../../contracts/timer-scheduler.ts';

/** Over how many minutes a herd is spread. */
const SPREAD_MINUTES = 10;

/** A Scheduler client that gives up early; region, endpoint and credentials come from the environment. */
export const createSchedulerClient = (): SchedulerClient =>
  new SchedulerClient({
    maxAttempts: 3,
    requestHandler: { connectionTimeout: 1000, requestTimeout: 5000, throwOnRequestTimeout: true },
  });

/**
 * EventBridge Scheduler as the keeper of timers: one one-time schedule each, which is gone when it has fired. A name is
 * never used for another timer, so one that is there already is this very timer.
 */
export const createTimerScheduler = (
  client: SchedulerClient,
  { group, roleArn, timersQueueArn }: SchedulerEnvironment,
): TimerScheduler => ({
  arm: async (timer, spread) => {
    try {
      await client.send(
        new CreateScheduleCommand({
          GroupName: group,
          Name: nameOf(timer),
          ScheduleExpression: `at(${secondOf(timer.due)})`,
          ScheduleExpressionTimezone: 'UTC',
          FlexibleTimeWindow: spread
            ? { Mode: 'FLEXIBLE', MaximumWindowInMinutes: SPREAD_MINUTES }
            : { Mode: 'OFF' },
          ActionAfterCompletion: 'DELETE',
          Target: { Arn: timersQueueArn, RoleArn: roleArn, Input: JSON.stringify(timer) },
        }),
      );
    } catch (error) {
      if (!(error instanceof ConflictException)) throw error;
    }
  },
});

/** At most 64 of the characters that a schedule's name may have: a visitor id has 23, a time at most 11. */
const nameOf = ({ visitorId, due, generation }: TimerDue): string =>
  `${visitorId}-${due.toString(36)}-${generation}`;

/** The scheduler counts in seconds. One that fired before its time would find nothing due. */
const secondOf = (due: number): string => new Date(Math.ceil(due / 1000) * 1000).toISOString().slice(0, 19);
