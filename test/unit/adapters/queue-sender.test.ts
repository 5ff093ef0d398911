import { SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, it } from 'vitest';
import { createQueueSender } from '../../../lib/adapters/sqs/queue-sender.ts';
import { QueueUnavailable } from '../../../lib/contracts/queue-sender.ts';

const client = new SQSClient({ region: 'us-east-1' });
const sqs = mockClient(client);
const sender = createQueueSender(client, new Map([['timers-due', 'http://queues/timers']]));

const requests = () =>
  sqs.commandCalls(SendMessageBatchCommand).map(({ args: [{ input }] }) => input.Entries ?? []);
const bodies = () =>
  requests().map((entries) => entries.map(({ MessageBody }) => JSON.parse(MessageBody ?? '')));

beforeEach(() => {
  sqs.reset();
  sqs.on(SendMessageBatchCommand).callsFake(({ Entries }: { Entries: { Id: string }[] }) => ({
    Successful: Entries.map(({ Id }) => ({ Id })),
  }));
});

describe('messages for a queue', () => {
  it('go out ten a request', async () => {
    await sender.send(
      'timers-due',
      Array.from({ length: 21 }, (_, number) => ({ number })),
    );
    expect(requests().map(({ length }) => length)).toEqual([10, 10, 1]);
    expect(bodies().flat()).toEqual(Array.from({ length: 21 }, (_, number) => ({ number })));
  });

  it('go out in requests of at most 256 KB', async () => {
    await sender.send('timers-due', [
      { text: 'ä'.repeat(60_000) },
      { text: 'x'.repeat(130_000) },
      { text: 'x'.repeat(20_000) },
    ]);
    expect(requests().map(({ length }) => length)).toEqual([2, 1]);
  });

  it('are kept back as long as was asked, and never longer than SQS can', async () => {
    await sender.send('timers-due', [{}], 12.3);
    await sender.send('timers-due', [{}], 5000);
    await sender.send('timers-due', [{}], -1);
    expect(requests().map(([entry]) => entry?.DelaySeconds)).toEqual([13, 900, undefined]);
  });

  it('that SQS refused are put again, and those that it took are not', async () => {
    sqs
      .on(SendMessageBatchCommand)
      .resolvesOnce({ Successful: [{ Id: '0', MessageId: 'm', MD5OfMessageBody: '' }], Failed: [] })
      .resolvesOnce({ Successful: [{ Id: '1', MessageId: 'm', MD5OfMessageBody: '' }], Failed: [] });
    await sender.send('timers-due', [{ number: 0 }, { number: 1 }]);
    expect(bodies()).toEqual([[{ number: 0 }, { number: 1 }], [{ number: 1 }]]);
  });

  it('that SQS refuses every time are an error', async () => {
    sqs.on(SendMessageBatchCommand).resolves({ Successful: [], Failed: [] });
    await expect(sender.send('timers-due', [{}])).rejects.toThrow(QueueUnavailable);
    expect(requests()).toHaveLength(3);
  });

  it('that never reached SQS are an error with its cause', async () => {
    const cause = new Error('no route');
    sqs.on(SendMessageBatchCommand).rejects(cause);
    await expect(sender.send('timers-due', [{}])).rejects.toMatchObject({ name: 'QueueUnavailable', cause });
  });

  it('need no request where there are none', async () => {
    await sender.send('timers-due', []);
    expect(requests()).toEqual([]);
  });
});
