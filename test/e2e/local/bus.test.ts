import { join } from 'node:path';
import { type EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { type LocalServiceThread, startLocalService } from '../../../local/service-thread.ts';
import {
  busClient,
  entry,
  FIXTURE_FUNCTIONS,
  linesOf,
  put,
  removeTemporaryDirectories,
  temporaryDirectory,
  until,
} from './helpers.ts';

const busSchema = z.object({
  events: z.array(
    z.object({
      version: z.literal('0'),
      id: z.string(),
      'detail-type': z.string(),
      source: z.string(),
      time: z.string(),
      resources: z.array(z.string()),
      detail: z.record(z.string(), z.unknown()),
    }),
  ),
});

let service: LocalServiceThread;
let client: EventBridgeClient;

beforeAll(async () => {
  service = await startLocalService({ catalog: null, functionsDirectory: FIXTURE_FUNCTIONS });
  client = busClient(service.busUrl);
});

afterAll(async () => {
  client?.destroy();
  await service?.stop();
  removeTemporaryDirectories();
});

const newFile = (): string => join(temporaryDirectory(), 'applied');
const recent = async () => busSchema.parse(await (await fetch(`${service.url}/_local/bus`)).json()).events;

describe('PutEvents, through the SDK', () => {
  it('answers an id for each entry, and the event reaches the queue of its rule', async () => {
    const file = newFile();
    const ids = await put(client, [entry({ file, line: 'one' }), entry({ file, line: 'two' })]);
    expect(new Set(ids).size).toBe(2);
    await until(() => linesOf(file).length === 2);
    expect(linesOf(file)).toEqual(['one', 'two']);
  });

  it('lets an event take effect within 100 ms while idle', async () => {
    const file = newFile();
    await put(client, [entry({ file, line: 'warm' })]);
    await until(() => linesOf(file).length === 1);
    const before = performance.now();
    await put(client, [entry({ file, line: 'measured' })]);
    await until(() => linesOf(file).length === 2);
    expect(performance.now() - before).toBeLessThan(100);
  });

  it('delivers the event as EventBridge does, and lists it', async () => {
    const time = new Date('2026-11-22T08:00:00.700Z');
    const given = { Source: 'shop', DetailType: 'Flight Late', Detail: '{"minutes":40}' };
    const answer = await client.send(
      new PutEventsCommand({
        Entries: [{ ...given, EventBusName: 'wend', Time: time, Resources: ['flight/BA117'] }],
      }),
    );
    const listed = (await recent()).find((event) => event.id === answer.Entries?.[0]?.EventId);
    expect(listed).toMatchObject({
      source: 'shop',
      'detail-type': 'Flight Late',
      time: '2026-11-22T08:00:00Z',
      resources: ['flight/BA117'],
      detail: { minutes: 40 },
    });
  });

  it('does not hand an event that no rule matches to the consumer', async () => {
    const file = newFile();
    await put(client, [
      { ...entry({ file, line: 'other source' }), Source: 'shop' },
      { ...entry({ file, line: 'other type' }), DetailType: 'Something Else' },
      entry({ file, line: 'matched' }),
    ]);
    await until(() => linesOf(file).length > 0);
    expect(linesOf(file)).toEqual(['matched']);
  });

  it('takes a bus by its ARN too', async () => {
    const file = newFile();
    const arn = 'arn:aws:events:us-east-1:000000000000:event-bus/wend';
    await put(client, [{ ...entry({ file, line: 'by arn' }), EventBusName: arn }]);
    await until(() => linesOf(file).length === 1);
  });

  it.each([
    ['no source', { Source: undefined }, 'InvalidArgument'],
    ['no detail-type', { DetailType: undefined }, 'InvalidArgument'],
    ['no detail', { Detail: undefined }, 'InvalidArgument'],
    ['a detail that is no JSON', { Detail: '{' }, 'MalformedDetail'],
    ['a detail that is no object', { Detail: '[1]' }, 'MalformedDetail'],
    ['a source of AWS', { Source: 'aws.s3' }, 'NotAuthorizedForSourceException'],
    ['another bus', { EventBusName: 'nowhere' }, 'ResourceNotFoundException'],
  ])('fails an entry with %s and takes the others', async (_, change, code) => {
    const file = newFile();
    const answer = await client.send(
      new PutEventsCommand({
        Entries: [{ ...entry({ file, line: 'bad' }), ...change }, entry({ file, line: 'good' })],
      }),
    );
    expect(answer.FailedEntryCount).toBe(1);
    expect(answer.Entries?.[0]).toMatchObject({ ErrorCode: code, ErrorMessage: expect.any(String) });
    expect(answer.Entries?.[0]?.EventId).toBeUndefined();
    expect(answer.Entries?.[1]?.EventId).toBeTypeOf('string');
    await until(() => linesOf(file).length > 0);
    expect(linesOf(file)).toEqual(['good']);
  });

  it('refuses more than ten entries and takes none of them', async () => {
    const file = newFile();
    const entries = Array.from({ length: 11 }, (_, index) => entry({ file, line: String(index) }));
    const refused = client.send(new PutEventsCommand({ Entries: entries }));
    await expect(refused).rejects.toMatchObject({
      name: 'ValidationException',
      message: expect.stringContaining('less than or equal to 10'),
    });
    expect(linesOf(file)).toEqual([]);
  });

  it('refuses no entries', async () => {
    const refused = client.send(new PutEventsCommand({ Entries: [] }));
    await expect(refused).rejects.toMatchObject({ name: 'ValidationException' });
  });

  it('refuses more than 256 KB in all, and takes just that much', async () => {
    const file = newFile();
    const sized = (detailBytes: number) => {
      const empty = entry({ file, line: 'large', filling: '' });
      return {
        ...empty,
        Detail: empty.Detail.replace(
          '"filling":""',
          `"filling":"${'x'.repeat(detailBytes - empty.Detail.length)}"`,
        ),
      };
    };
    const limit = 256 * 1024 - 'wend'.length - 'Events Received'.length;
    const refused = client.send(new PutEventsCommand({ Entries: [sized(limit + 1)] }));
    await expect(refused).rejects.toMatchObject({
      name: 'ValidationException',
      message: 'Total size of the entries in the request is over the limit.',
    });
    await put(client, [sized(limit)]);
    await until(() => linesOf(file).length === 1);
  });

  it('names an operation that it does not know', async () => {
    const answer = await fetch(service.busUrl, {
      method: 'POST',
      headers: { 'x-amz-target': 'AWSEvents.PutRule', 'content-type': 'application/x-amz-json-1.1' },
      body: '{}',
    });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ __type: 'UnknownOperationException' });
  });

  it('keeps the last 1,000 events, newest first', async () => {
    const batches = Array.from({ length: 160 }, (_, batch) =>
      client.send(
        new PutEventsCommand({
          Entries: Array.from({ length: 10 }, (_unused, index) => ({
            EventBusName: 'wend',
            Source: 'shop',
            DetailType: 'Counted',
            Detail: JSON.stringify({ number: batch * 10 + index }),
          })),
        }),
      ),
    );
    await Promise.all(batches);
    const last = await client.send(
      new PutEventsCommand({
        Entries: [{ EventBusName: 'wend', Source: 'shop', DetailType: 'Last', Detail: '{}' }],
      }),
    );
    const listed = await recent();
    expect(listed.length).toBe(1_000);
    expect(listed[0]?.id).toBe(last.Entries?.[0]?.EventId);
  });
});

describe('the outbound messages', () => {
  it('are the bus events of that kind, newest first', async () => {
    const message = (id: string) => ({
      EventBusName: 'wend',
      Source: 'wend',
      DetailType: 'Message Requested',
      Detail: JSON.stringify({ messageId: id, visitorId: 'v1', channel: 'email', content: { subject: id } }),
    });
    await client.send(new PutEventsCommand({ Entries: [message('first'), message('second')] }));
    const answer = await fetch(`${service.url}/_local/messages`);
    expect(await answer.json()).toMatchObject({
      messages: [
        {
          messageId: 'second',
          visitorId: 'v1',
          channel: 'email',
          content: { subject: 'second' },
          at: expect.any(String),
        },
        { messageId: 'first' },
      ],
    });
  });
});
