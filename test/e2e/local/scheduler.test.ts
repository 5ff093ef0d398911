import { join } from 'node:path';
import { DeleteScheduleCommand } from '@aws-sdk/client-scheduler';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LocalServiceThread, startLocalService } from '../../../local/service-thread.ts';
import { awsClients, namesIn, TIMERS_QUEUE_ARN } from './aws.ts';
import {
  endScripts,
  FIXTURE_FUNCTIONS,
  linesOf,
  removeTemporaryDirectories,
  startFixture,
  temporaryDirectory,
  until,
} from './helpers.ts';

let service: LocalServiceThread;
let aws: ReturnType<typeof awsClients>;

beforeAll(async () => {
  service = await startLocalService({ catalog: null, functionsDirectory: FIXTURE_FUNCTIONS });
  aws = awsClients(service);
});

afterAll(async () => {
  aws?.close();
  await service?.stop();
  endScripts();
  removeTemporaryDirectories();
});

const newFile = (): string => join(temporaryDirectory(), 'done');
const inAnHour = (): number => Date.now() + 3_600_000;

describe('CreateSchedule, through the SDK', () => {
  it('puts its input into the queue when it is due, and is gone then', async () => {
    const file = newFile();
    const at = Math.ceil(Date.now() / 1000) * 1000 + 1000;
    const answer = await aws.arm('soon', at, { file, line: 'fired' });
    expect(answer.ScheduleArn).toBe('arn:aws:scheduler:us-east-1:000000000000:schedule/wend/soon');
    await until(() => linesOf(file).length === 1);
    const late = Date.parse(linesOf(file)[0]?.split(' ')[1] ?? '') - at;
    expect(late).toBeGreaterThanOrEqual(0);
    expect(late).toBeLessThan(500);
    await aws.arm('soon', inAnHour(), { file, line: 'again' });
  });

  it('fires at once what is due already', async () => {
    const file = newFile();
    await aws.arm('past', Date.now() - 5000, { file, line: 'fired' });
    await until(() => linesOf(file).length === 1);
  });

  it('refuses a name that is taken, but not the same request that the SDK sent again', async () => {
    const order = { file: newFile(), line: 'never' };
    await aws.arm('taken', inAnHour(), order, { ClientToken: 'token-1' });
    await aws.arm('taken', inAnHour(), order, { ClientToken: 'token-1' });
    const again = aws.arm('taken', inAnHour(), order);
    await expect(again).rejects.toMatchObject({
      name: 'ConflictException',
      $metadata: { httpStatusCode: 409 },
      message: 'Schedule taken already exists.',
    });
    // Names are of their group.
    await aws.arm('taken', inAnHour(), order, { GroupName: 'default' });
  });

  it('reads the instant in the time zone of the request', async () => {
    const file = newFile();
    const order = { file, line: 'fired' };
    // An hour ago in Berlin is past; in UTC the same clock face is at least yet to come.
    const change = { ScheduleExpressionTimezone: 'Europe/Berlin' };
    await aws.arm('zone', Date.now() + 1_800_000, order, change);
    await until(() => linesOf(file).length === 1);
  });

  it.each([
    ['a rate', { ScheduleExpression: 'rate(1 hour)' }, 'ValidationException'],
    ['a day that does not exist', { ScheduleExpression: 'at(2026-02-30T00:00:00)' }, 'ValidationException'],
    ['a name with a space', { Name: 'a b' }, 'ValidationException'],
    ['another group', { GroupName: 'nowhere' }, 'ResourceNotFoundException'],
    [
      'a target that is no queue',
      { Target: { Arn: `${TIMERS_QUEUE_ARN}-not`, RoleArn: 'arn:aws:iam::000000000000:role/any' } },
      'ValidationException',
    ],
  ])('refuses %s', async (_, change, name) => {
    const refused = aws.arm('refused', inAnHour(), { file: newFile(), line: 'never' }, change);
    await expect(refused).rejects.toMatchObject({ name });
  });
});

describe('DeleteSchedule', () => {
  const remove = (name: string) =>
    aws.scheduler.send(new DeleteScheduleCommand({ Name: name, GroupName: 'wend' }));

  it('disarms, once', async () => {
    const file = newFile();
    await aws.arm('removed', Math.ceil(Date.now() / 1000) * 1000 + 1000, { file, line: 'never' });
    await remove('removed');
    await expect(remove('removed')).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
      $metadata: { httpStatusCode: 404 },
    });
    const moved = await fetch(`${service.url}/_local/clock`, { method: 'POST', body: '{"advance":"PT1M"}' });
    expect(moved.status).toBe(200);
    expect(linesOf(file)).toEqual([]);
  });
});

describe('a service that was down', () => {
  it.each(['SIGTERM', 'SIGKILL'] as const)(
    'fires at the next start, in order, what fell due since a %s',
    async (signal) => {
      const directory = temporaryDirectory();
      const file = newFile();
      const first = await startFixture({ WEND_DATA_DIR: directory });
      const own = awsClients(first);
      const soon = Math.ceil(Date.now() / 1000) * 1000 + 2000;
      await own.arm('second', soon + 1000, { file, line: 'second' });
      await own.arm('first', soon, { file, line: 'first' });
      await own.arm('far', inAnHour(), { file, line: 'far' });
      await own.send('timers-due', { file, line: 'delayed' }, 4);
      own.close();
      first.process.kill(signal);
      await first.ended;
      expect(linesOf(file)).toEqual([]);
      await until(() => Date.now() > soon + 3000);

      const second = await startFixture({ WEND_DATA_DIR: directory });
      await until(() => linesOf(file).length === 3);
      expect(namesIn(linesOf(file))).toEqual(['first', 'second', 'delayed']);
      second.process.kill('SIGTERM');
      expect((await second.ended).code).toBe(0);
    },
  );
});
