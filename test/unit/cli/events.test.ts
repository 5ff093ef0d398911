import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { type EventFormat, readRecordedEvents } from '../../../cli/events/read-events.ts';
import { directoryWith, removeDirectories } from './run.ts';

afterAll(removeDirectories);

const HEADER = 'event_time,event_type,product_id,category_id,category_code,brand,price,user_id,user_session';
const row = (time: string, type: string, price = '9.99'): string =>
  `2019-10-01 ${time} UTC,${type},77,205,shoes.men,nike,${price},541,s-1`;

const read = async (name: string, content: string | Uint8Array, format: EventFormat) => {
  const directory = directoryWith({ [name]: content });
  return readRecordedEvents(join(directory, name), { format, currency: 'USD', onProgress: () => {} });
};

describe('a CSV with the columns of REES46', () => {
  it('becomes the e-commerce events of Segment, named by the line of the file', async () => {
    const text = [HEADER, row('00:00:00', 'view'), row('00:00:01', 'cart'), row('00:00:02', 'purchase')].join(
      '\n',
    );
    const { events, broken } = await read('a.csv', text, 'csv');
    expect(broken).toEqual([]);
    expect(events.map(({ messageId, name, userId }) => [messageId, name, userId])).toEqual([
      ['rees46-2', 'Product Viewed', '541'],
      ['rees46-3', 'Product Added', '541'],
      ['rees46-4', 'Order Completed', '541'],
    ]);
    expect(events[0]?.at).toBe(Date.UTC(2019, 9, 1));
    expect(events[1]?.properties).toMatchObject({
      cart_id: 's-1',
      price: 9.99,
      currency: 'USD',
      quantity: 1,
    });
    expect(events[2]?.properties).toMatchObject({ order_id: 'rees46-4', revenue: 9.99, currency: 'USD' });
  });

  it('loses its broken lines and nothing else', async () => {
    const lines = [
      HEADER,
      row('00:00:00', 'view'),
      'garbage',
      row('25:00:00', 'view'),
      row('00:00:01', 'wish'),
      row('00:00:02', 'view', 'free'),
      row('00:00:03', 'view', '-1'),
      row('00:00:04', 'view'),
    ];
    const { events, broken, lines: count } = await read('a.csv', `${lines.join('\r\n')}\r\n`, 'csv');
    expect(events.map(({ messageId }) => messageId)).toEqual(['rees46-2', 'rees46-8']);
    expect(broken.map(({ line }) => line)).toEqual([3, 4, 5, 6, 7]);
    expect(broken[0]?.message).toBe('expected 9 columns, found 1');
    expect(count).toBe(8);
  });

  it('is refused as a whole where a column is missing', async () => {
    await expect(read('a.csv', `a,b\n${row('00:00:00', 'view')}\n`, 'csv')).rejects.toThrow(
      `line 1: expected the columns ${HEADER}`,
    );
  });

  it('may have its columns in another order, quoted, and with more of them', async () => {
    const text = [
      'extra,user_session,user_id,price,brand,category_code,category_id,product_id,event_type,event_time',
      '"a, ""b""",s-1,541,1.50,,,205,77,view,2019-10-01 00:00:00 UTC',
    ].join('\n');
    const { events, broken } = await read('a.csv', text, 'csv');
    expect(broken).toEqual([]);
    expect(events[0]).toMatchObject({ userId: '541', properties: { product_id: '77', price: 1.5 } });
  });

  it('is put into the order of its times, and may be packed', async () => {
    const text = [HEADER, row('00:00:05', 'view'), row('00:00:01', 'view')].join('\n');
    const { events } = await read('a.csv.gz', gzipSync(text), 'csv');
    expect(events.map(({ messageId }) => messageId)).toEqual(['rees46-3', 'rees46-2']);
  });
});

const call = (more: object) => ({
  type: 'track',
  event: 'Product Viewed',
  anonymousId: 'a-1',
  timestamp: '2026-01-05T09:00:00Z',
  ...more,
});

describe('JSONL of Segment calls', () => {
  it('holds single calls and batches, and names events without a messageId by their place', async () => {
    const text = [
      JSON.stringify(call({ messageId: 'm-1' })),
      '',
      JSON.stringify({ batch: [call({}), call({ type: 'page', messageId: 'm-3' })] }),
    ].join('\n');
    const { events, broken } = await read('a.jsonl', text, 'jsonl');
    expect(broken).toEqual([]);
    expect(events.map(({ messageId, name }) => [messageId, name])).toEqual([
      ['m-1', 'Product Viewed'],
      ['line-3-0', 'Product Viewed'],
      ['m-3', 'Page Viewed'],
    ]);
  });

  it('loses what is broken, with its line and its place in the batch, and nothing else', async () => {
    const text = [
      '{"type": "track"',
      '[]',
      JSON.stringify({ batch: 'none' }),
      JSON.stringify({ batch: [call({ event: '' }), call({}), 7] }),
      JSON.stringify({ type: 'track', event: 'x', userId: 'u' }),
      JSON.stringify(call({ anonymousId: null })),
    ].join('\n');
    const { events, broken } = await read('a.jsonl', text, 'jsonl');
    expect(events.map(({ messageId }) => messageId)).toEqual(['line-4-1']);
    expect(broken.map(({ line }) => line)).toEqual([1, 2, 3, 4, 4, 5, 6]);
    expect(broken[3]?.message).toMatch(/^batch\[0\]: event: expected a name/);
    expect(broken[5]?.message).toMatch(/timestamp/);
  });

  it('corrects a clock that was wrong when the call was sent, by when it was received', async () => {
    const late = call({ sentAt: '2026-01-05T09:00:30Z', receivedAt: '2026-01-05T10:00:30Z' });
    const { events } = await read('a.jsonl', JSON.stringify(late), 'jsonl');
    expect(events[0]?.at).toBe(Date.UTC(2026, 0, 5, 10));
  });

  it('lets an alias of the recording merge two userIds, as a server may', async () => {
    const alias = { type: 'alias', userId: 'u-2', previousId: 'u-1', timestamp: '2026-01-05T09:00:00Z' };
    const { events } = await read('a.jsonl', JSON.stringify(alias), 'jsonl');
    expect(events[0]).toMatchObject({ type: 'alias', mayMergeUsers: true });
  });
});
