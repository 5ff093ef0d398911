import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient, ListEventBusesCommand } from '@aws-sdk/client-eventbridge';
import { ListScheduleGroupsCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import { GetQueueAttributesCommand, ListQueuesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { expect, it } from 'vitest';
import { nameOf } from '../../lib/contracts/names.ts';
import { QUEUES } from '../../lib/contracts/queues.ts';
import { destroy } from './cdk.ts';
import { deployment } from './deployment.ts';
import { emulated } from './emulated.ts';

const sqs = new SQSClient({});

const queues = async (): Promise<readonly string[]> =>
  (await sqs.send(new ListQueuesCommand({}))).QueueUrls ?? [];

/** Those to which nothing is sent but what failed. */
const laidAside = async (): Promise<readonly string[]> => {
  const busy = new Set(Object.keys(QUEUES).map((queue) => nameOf('emulated', queue)));
  return (await queues()).filter((url) => !busy.has(url.slice(url.lastIndexOf('/') + 1)));
};

it('nothing of all this was laid aside', async () => {
  const urls = await laidAside();
  expect(urls.length).toBeGreaterThan(Object.keys(QUEUES).length);
  for (const url of urls) {
    const { Attributes } = await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['ApproximateNumberOfMessages'] }),
    );
    expect([url, Attributes?.['ApproximateNumberOfMessages']]).toEqual([url, '0']);
  }
});

it('destroyed, nothing is left', { timeout: 120_000 }, async () => {
  const { endpoint, assembly } = emulated();
  await destroy(endpoint, assembly);
  expect(await queues()).toEqual([]);
  expect((await new DynamoDBClient({}).send(new ListTablesCommand({}))).TableNames).toEqual([]);
  const { EventBuses } = await new EventBridgeClient({}).send(new ListEventBusesCommand({}));
  expect(EventBuses?.map(({ Name }) => Name)).toEqual(['default']);
  const { ScheduleGroups } = await new SchedulerClient({}).send(new ListScheduleGroupsCommand({}));
  expect(ScheduleGroups?.map(({ Name }) => Name)).toEqual(['default']);
  expect((await deployment.get('/health', { key: null })).status).toBe(404);
});
