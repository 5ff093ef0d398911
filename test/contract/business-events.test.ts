import { describe, expect, it } from 'vitest';
import { BUSINESS_EVENT_EXAMPLE } from '../../lib/contracts/http/examples.ts';
import { AK, fresh, PK, pathsOf, problemOf, SK, serviceForFile } from './client.ts';

const wend = serviceForFile();

const STRUCTURED = 'application/cloudevents+json';
const BATCHED = 'application/cloudevents-batch+json';

const event = (mine: object = {}) => ({
  ...BUSINESS_EVENT_EXAMPLE,
  time: undefined,
  id: fresh('ce'),
  ...mine,
});

const sendAs = (type: string, body: unknown, key: string | null = SK) =>
  wend.send('POST', '/v1/events', { key, raw: JSON.stringify(body), headers: { 'content-type': type } });

const inDays = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString();

describe('POST /v1/events', () => {
  it('takes one CloudEvent, and as many as a list holds', async () => {
    for (const [type, body, accepted] of [
      [STRUCTURED, event(), 1],
      [`${STRUCTURED}; charset=utf-8`, event(), 1],
      [BATCHED, [event(), event(), event()], 3],
      [BATCHED, [], 0],
      ['application/json', event(), 1],
      ['application/json', [event(), event()], 2],
    ] as const) {
      const answer = await sendAs(type, body);
      expect([type, answer.status, answer.body]).toEqual([type, 202, { accepted }]);
    }
  });

  it('takes what CloudEvents allows: extensions, no data, nulls, a charset', async () => {
    const bare = { specversion: '1.0', id: '1', source: '/s', type: 't', subject: 's' };
    for (const body of [
      bare,
      { ...bare, partitionkey: 'a', traceparent: 'x', sampledrate: 3, urgent: true },
      { ...bare, time: null, data: null, sequence: null },
      { ...bare, datacontenttype: 'application/json; charset=utf-8', dataschema: 'https://a.example/b' },
      {
        ...bare,
        datacontenttype: 'application/vnd.flight+json',
        data: { anyThing: { goes_here: [1, null] } },
      },
    ]) {
      expect([body, (await sendAs(STRUCTURED, body)).status]).toEqual([body, 202]);
    }
  });

  it('needs a key of a server', async () => {
    expect((await sendAs(STRUCTURED, event(), AK)).status).toBe(202);
    expect((await sendAs('text/css', '{', PK)).status).toBe(403);
    expect((await sendAs(STRUCTURED, event(), null)).status).toBe(401);
    const get = await wend.send('GET', '/v1/events', { key: null });
    expect([get.status, get.headers.get('allow')]).toEqual([405, 'POST']);
  });

  it('answers what is wrong in the order that the contract states', async () => {
    const large = event({ id: 1, data: { text: 'x'.repeat(33_000) } });
    expect((await sendAs('text/plain', large)).status).toBe(415);
    expect((await sendAs(STRUCTURED, large)).status).toBe(413);
    expect((await sendAs(BATCHED, [{ text: 'x'.repeat(520_000) }])).status).toBe(413);
    const inList = await sendAs(BATCHED, [event(), event({ data: { text: 'x'.repeat(33_000) } })]);
    expect([inList.status, pathsOf(inList)]).toEqual([400, ['[1].data']]);
    const broken = await wend.send('POST', '/v1/events', {
      raw: '{',
      headers: { 'content-type': STRUCTURED },
    });
    expect(broken.status).toBe(400);
    problemOf(broken);
  });

  it.each([
    ['specversion', { specversion: '0.3' }],
    ['id', { id: '' }],
    ['id', { id: 7 }],
    ['source', { source: undefined }],
    ['type', { type: 'x'.repeat(201) }],
    ['subject', { subject: undefined }],
    ['subject', { subject: '' }],
    ['subject', { subject: 'ü'.repeat(1025) }],
    ['time', { time: 'yesterday' }],
    ['time', { time: inDays(1.1) }],
    ['sequence', { sequence: 3 }],
    ['data', { data: 'text' }],
    ['data', { data: [1] }],
    ['datacontenttype', { datacontenttype: 'text/xml' }],
    ['data_base64', { data_base64: 'AAAA' }],
    ['fooBar', { fooBar: 1 }],
    ['extension', { extension: { deep: 1 } }],
  ])('refuses a wrong %s with its path, alone and in a list', async (path, wrong) => {
    const alone = await sendAs(STRUCTURED, event(wrong));
    expect([alone.status, pathsOf(alone)]).toEqual([400, [path]]);
    const inList = await sendAs(BATCHED, [event(), event(wrong)]);
    expect([inList.status, pathsOf(inList)]).toEqual([400, [`[1].${path}`]]);
  });

  it('refuses what is not what its media type says', async () => {
    for (const [type, body] of [
      [STRUCTURED, [event()]],
      [BATCHED, event()],
      ['application/json', 'text'],
      ['application/json', null],
    ] as const) {
      const answer = await sendAs(type, body);
      expect([type, answer.status]).toEqual([type, 400]);
      problemOf(answer);
    }
  });

  it('takes a clock that is a day off, a subject of 2 KB and events for whom nobody knows', async () => {
    for (const body of [
      event({ time: inDays(0.99) }),
      event({ time: inDays(-1) }),
      event({ subject: `flight/${'x'.repeat(2041)}` }),
      event({ subject: 'user/nobody-has-heard-of' }),
    ]) {
      expect((await sendAs(STRUCTURED, body)).status).toBe(202);
    }
    await wend.settle();
  });

  it('reaches the person whom its subject names', async () => {
    const userId = fresh('known');
    await wend.track('Something', { userId });
    await sendAs(STRUCTURED, event({ subject: `user/${userId}`, type: 'claim.filed' }));
    const visitor = await wend.settled(`user:${userId}`);
    expect(Object.keys(visitor.stats.events)).toContain('claim.filed');
  });
});
