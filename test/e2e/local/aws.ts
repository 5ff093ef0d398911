import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import {
  ActionAfterCompletion,
  CreateScheduleCommand,
  type CreateScheduleCommandInput,
  SchedulerClient,
} from '@aws-sdk/client-scheduler';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { Order } from './fixtures/functions/events/orders.ts';

const ACCESS = {
  region: 'us-east-1',
  credentials: { accessKeyId: 'wend-local', secretAccessKey: 'wend-local' },
};

export const TIMERS_QUEUE_ARN = 'arn:aws:sqs:us-east-1:000000000000:timers-due';

/** The real SDK's clients against a local service. */
export const awsClients = (service: { readonly busUrl: string; readonly storeUrl: string }) => {
  const sqs = new SQSClient({ ...ACCESS, endpoint: service.busUrl });
  const scheduler = new SchedulerClient({ ...ACCESS, endpoint: service.busUrl });
  const store = new DynamoDBClient({ ...ACCESS, endpoint: service.storeUrl });
  const queueUrl = (queue: string): string => `${service.busUrl}/000000000000/${queue}`;

  return {
    sqs,
    scheduler,
    store,
    queueUrl,
    send: (queue: string, order: Order, delaySeconds?: number) =>
      sqs.send(
        new SendMessageCommand({
          QueueUrl: queueUrl(queue),
          MessageBody: JSON.stringify(order),
          ...(delaySeconds === undefined ? {} : { DelaySeconds: delaySeconds }),
        }),
      ),
    arm: (name: string, at: number, order: Order, change: Partial<CreateScheduleCommandInput> = {}) =>
      scheduler.send(
        new CreateScheduleCommand({
          Name: name,
          GroupName: 'wend',
          ScheduleExpression: `at(${new Date(at).toISOString().slice(0, 19)})`,
          FlexibleTimeWindow: { Mode: 'OFF' },
          Target: {
            Arn: TIMERS_QUEUE_ARN,
            RoleArn: 'arn:aws:iam::000000000000:role/any',
            Input: JSON.stringify(order),
          },
          ActionAfterCompletion: ActionAfterCompletion.DELETE,
          ...change,
        }),
      ),
    /** Writes a visitor whose record of the stream carries an order, or the word `throw`. */
    write: (id: string, order: Order | 'throw') =>
      store.send(
        new PutItemCommand({
          TableName: 'wend-visitors',
          Item: {
            pk: { S: id },
            sk: { S: 'V' },
            order: { S: order === 'throw' ? order : JSON.stringify(order) },
            bytes: { B: Buffer.from([0, 1, 254, 255]) },
          },
        }),
      ),
    close: (): void => {
      sqs.destroy();
      scheduler.destroy();
      store.destroy();
    },
  };
};

/** The lines that orders wrote, without their times. */
export const namesIn = (lines: readonly string[]): readonly string[] =>
  lines.map((line) => line.split(' ')[0] ?? '');

/** When each line was written by the service's clock, milliseconds since 1970. */
export const timesIn = (lines: readonly string[]): readonly number[] =>
  lines.map((line) => Date.parse(line.split(' ')[1] ?? ''));
