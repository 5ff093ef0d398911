import {
  ConflictException,
  CreateScheduleCommand,
  SchedulerClient,
  ThrottlingException,
} from '@aws-sdk/client-scheduler';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, it } from 'vitest';
import { createTimerScheduler } from '../../../lib/adapters/scheduler/timer-scheduler.ts';
import { visitorIdOf } from '../../../lib/domain/identity/visitor-id.ts';

const client = new SchedulerClient({ region: 'us-east-1' });
const scheduler = mockClient(client);
const timers = createTimerScheduler(client, {
  group: 'wend',
  roleArn: 'arn:aws:iam::123456789012:role/timers',
  timersQueueArn: 'arn:aws:sqs:us-east-1:123456789012:timers-due',
});

const visitorId = visitorIdOf('user:u');
const timer = { visitorId, generation: 4, due: Date.UTC(2026, 0, 31, 8, 0, 0, 1) };
const asked = () => scheduler.commandCalls(CreateScheduleCommand).map(({ args: [{ input }] }) => input);

beforeEach(() => {
  scheduler.reset();
  scheduler.on(CreateScheduleCommand).resolves({ ScheduleArn: 'arn' });
});

describe('a timer', () => {
  it('is one schedule that is gone when it has fired, and never fires before its time', async () => {
    await timers.arm(timer, false);
    expect(asked()).toMatchObject([
      {
        GroupName: 'wend',
        ScheduleExpression: 'at(2026-01-31T08:00:01)',
        ScheduleExpressionTimezone: 'UTC',
        FlexibleTimeWindow: { Mode: 'OFF' },
        ActionAfterCompletion: 'DELETE',
        Target: {
          Arn: 'arn:aws:sqs:us-east-1:123456789012:timers-due',
          RoleArn: 'arn:aws:iam::123456789012:role/timers',
          Input: JSON.stringify(timer),
        },
      },
    ]);
  });

  it('of a herd may come up to ten minutes late', async () => {
    await timers.arm(timer, true);
    expect(asked()[0]?.FlexibleTimeWindow).toEqual({ Mode: 'FLEXIBLE', MaximumWindowInMinutes: 10 });
  });

  it('has a name of its own, that the scheduler takes', async () => {
    await timers.arm(timer, false);
    await timers.arm({ ...timer, generation: 5 }, false);
    await timers.arm({ ...timer, due: timer.due + 1 }, false);
    await timers.arm({ ...timer, generation: Number.MAX_SAFE_INTEGER, due: Date.UTC(9999, 0, 1) }, false);
    const names = asked().map(({ Name }) => Name ?? '');
    expect(new Set(names).size).toBe(4);
    for (const name of names) expect(name).toMatch(/^[0-9A-Za-z_.-]{1,64}$/);
  });

  it('that is armed already is armed', async () => {
    scheduler
      .on(CreateScheduleCommand)
      .rejects(new ConflictException({ Message: 'there', message: 'there', $metadata: {} }));
    await expect(timers.arm(timer, false)).resolves.toBeUndefined();
  });

  it('that the scheduler does not take now is asked for again later', async () => {
    scheduler
      .on(CreateScheduleCommand)
      .rejects(new ThrottlingException({ Message: 'slow', message: 'slow', $metadata: {} }));
    await expect(timers.arm(timer, false)).rejects.toThrow(ThrottlingException);
  });
});
