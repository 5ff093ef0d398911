import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { AK, fresh, pathsOf, serviceForFile } from './client.ts';

/* Whoever is in flight while catalogs are published, mapped, removed and rolled back, over HTTP and the local clock. */

const wend = serviceForFile([]);

const journeySaying = (text: string, step = 'say') => ({
  kind: 'journey',
  id: 'greeting',
  enter: { on: 'Started', again: 'always' },
  goal: { on: 'Order Completed' },
  holdout: 0,
  steps: [
    { id: 'wait', wait: { for: 'PT1H' } },
    { id: step, message: { channel: 'push', topic: 'news', content: text } },
  ],
});

const enter = async (): Promise<string> => {
  const userId = fresh('u');
  await wend.track('Started', { userId });
  await wend.settle();
  return userId;
};

const schema = z.object({
  messages: z.array(z.object({ userId: z.string().nullable(), content: z.unknown() })),
});

const toldTo = async (userId: string): Promise<readonly unknown[]> => {
  await wend.settle();
  const { messages } = schema.parse((await wend.get('/_local/messages')).body);
  return messages.filter((message) => message.userId === userId).map(({ content }) => content);
};

const publish = (definitions: readonly object[], mapping?: object) =>
  wend.send('PUT', '/v1/catalog', {
    key: AK,
    json: { definitions, ...(mapping === undefined ? {} : { mapping }) },
  });

const versionOf = (answer: { readonly body: unknown }): number =>
  z.object({ version: z.int() }).parse(answer.body).version;

describe('a new version', () => {
  it('and a roll-back leave everybody in flight on the one that they entered with', async () => {
    const first = versionOf(await publish([journeySaying('one')]));
    const early = await enter();
    await publish([journeySaying('two')]);
    const late = await enter();
    await wend.send('POST', '/v1/catalog/activate', { key: AK, json: { version: first } });
    const after = await enter();
    await publish([journeySaying('three')]);
    const last = await enter();
    await wend.advance('PT2H');
    expect(await Promise.all([early, late, after, last].map(toldTo))).toEqual([
      ['one'],
      ['two'],
      ['one'],
      ['three'],
    ]);
  });

  it('takes over whom the publisher maps', async () => {
    await publish([journeySaying('before', 'say')]);
    const mapped = await enter();
    const answer = await publish([journeySaying('after', 'tell')], { 'greeting.wait': 'greeting.wait' });
    expect(answer.status).toBe(200);
    await wend.advance('PT2H');
    expect(await toldTo(mapped)).toEqual(['after']);
  });

  it('is refused where its mapping leads nowhere, and nothing is published', async () => {
    const before = versionOf(await publish([journeySaying('x')]));
    const answer = await publish([journeySaying('y')], {
      'greeting.wait': 'greeting.gone',
      'never.was': 'greeting.wait',
    });
    expect([answer.status, pathsOf(answer)]).toEqual([422, ['mapping.greeting.wait', 'mapping.never.was']]);
    expect(versionOf(await publish([journeySaying('z')]))).toBe(before + 1);
  });

  it('without a journey ends it cleanly for those in it', async () => {
    await publish([journeySaying('never')]);
    const userId = await enter();
    await publish([]);
    await wend.advance('PT2H');
    expect(await toldTo(userId)).toEqual([]);
    const person = await wend.settled(`user:${userId}`);
    expect(person.journeys.map(({ status, reason }) => [status, reason])).toEqual([['ended', 'removed']]);
  });
});
