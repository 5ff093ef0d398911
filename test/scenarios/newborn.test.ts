import { describe, expect, it } from 'vitest';
import { runReadme, scenario } from './scenario.ts';

const wend = scenario('newborn');

const consenting = { consent: { categoryPreferences: { health: true } } };

/** A mother whom the shop knows, with her consent, in her time zone. */
const mother = (userId: string, timezone = 'Europe/Amsterdam', context: object = consenting) =>
  wend.identify(userId, { preferredName: 'Mia', firstName: 'Maria' }, { context: { timezone, ...context } });

const discharge = (userId: string, bornAt: string, rest: object = {}) =>
  wend.happens('hospital.discharged', `user/${userId}`, {
    dischargeId: `d-${userId}`,
    newborn: true,
    babyName: 'Noor',
    bornAt,
    immunization: { at: '2027-04-14T08:30:00Z', place: 'Health Centre West' },
    ...rest,
  });

const stageOf = async (userId: string, placement = 'home.hero') =>
  (await wend.sees(userId, placement))?.['stage'];

describe('a mother who leaves the hospital with her newborn', () => {
  it('sees content of the baby’s age in weeks on every visit', async () => {
    await wend.setClock('2027-02-10T14:00:00Z');
    await mother('mia');
    expect(await wend.sees('mia', 'home.hero')).toEqual({
      headline: 'Hello Mia',
      body: 'What can we help you with?',
    });
    await discharge('mia', '2027-02-08');
    expect(await wend.sees('mia', 'home.hero')).toMatchObject({
      stage: 'first-days',
      weeks: '0',
      headline: 'Noor is here',
    });
    const stages: [string, string, string, string][] = [
      ['2027-02-15T12:00:00Z', 'first-days', '1', 'Noor is 1 week old'],
      ['2027-02-22T12:00:00Z', 'settling-in', '2', 'Noor is 2 weeks old'],
      ['2027-03-22T12:00:00Z', 'first-smiles', '6', 'Noor is 6 weeks old'],
      ['2027-05-03T12:00:00Z', 'grabbing-hold', '12', 'Noor is 12 weeks old'],
      ['2027-08-09T12:00:00Z', 'sitting-up', '26', 'Noor is 26 weeks old'],
    ];
    for (const [at, stage, weeks, headline] of stages) {
      await wend.setClock(at);
      expect(await wend.sees('mia', 'home.hero')).toMatchObject({ stage, weeks, headline });
    }
    expect(await stageOf('mia', 'app.home')).toBe('sitting-up');
    // A year on, it is over.
    await wend.setClock('2028-02-20T12:00:00Z');
    expect(await stageOf('mia')).toBeUndefined();
  });

  it('is told of the immunization one month later, at nine in her morning', async () => {
    await wend.setClock('2027-01-10T22:30:00Z');
    await mother('mia');
    await discharge('mia', '2027-01-08');
    await wend.setClock('2027-02-10T07:59:30Z');
    expect(await wend.messagesTo('mia')).toEqual([]);
    await wend.setClock('2027-02-10T08:10:00Z');
    const [message, ...others] = await wend.messagesTo('mia');
    expect(others).toEqual([]);
    expect(message).toMatchObject({
      channel: 'sms',
      topic: 'service',
      journeyId: 'newborn',
      stepId: 'appointment',
      content: {
        text: 'Mia, the first immunization of Noor is on Wednesday 14 April at 10:30, at Health Centre West.',
      },
    });
    expect(await wend.sees('mia', 'home.banner')).toMatchObject({ headline: 'The first immunization' });
    await wend.advance('P40D');
    expect(await wend.messagesTo('mia')).toHaveLength(1);
    expect(await wend.sees('mia', 'home.banner')).toBeNull();
  });

  it.each([
    [
      'before summer time begins in Amsterdam',
      'Europe/Amsterdam',
      '2027-03-10T14:00:00Z',
      '2027-04-10T07:00:00Z',
    ],
    ['before it ends in Amsterdam', 'Europe/Amsterdam', '2027-10-10T14:00:00Z', '2027-11-10T08:00:00Z'],
    ['before it begins in New York', 'America/New_York', '2027-02-20T20:00:00Z', '2027-03-20T13:00:00Z'],
    ['on the last of January', 'Europe/Amsterdam', '2027-01-31T12:00:00Z', '2027-02-28T08:00:00Z'],
    [
      'late in Tokyo, where it is tomorrow already',
      'Asia/Tokyo',
      '2027-05-04T15:30:00Z',
      '2027-06-05T00:00:00Z',
    ],
  ])('hears at nine when she left %s', async (_, timezone, left, nine) => {
    await wend.setClock(left);
    await mother('mia', timezone);
    await discharge('mia', left.slice(0, 10));
    await wend.setClock(new Date(Date.parse(nine) - 30_000).toISOString());
    expect(await wend.messagesTo('mia')).toEqual([]);
    await wend.setClock(new Date(Date.parse(nine) + 600_000).toISOString());
    const [message] = await wend.messagesTo('mia');
    const late = Date.parse(message?.at ?? '') - Date.parse(nine);
    expect(late).toBeGreaterThanOrEqual(0);
    expect(late).toBeLessThanOrEqual(600_000);
  });

  it('hears once where the hospital’s system tells it twice', async () => {
    await wend.setClock('2027-01-10T12:00:00Z');
    await mother('mia');
    await discharge('mia', '2027-01-08');
    await discharge('mia', '2027-01-08');
    await wend.setClock('2027-02-15T12:00:00Z');
    expect(await wend.messagesTo('mia')).toHaveLength(1);
  });
});

describe('nobody is told of a newborn', () => {
  it('without consent', async () => {
    await mother('ana', 'Europe/Amsterdam', {});
    await discharge('ana', '2026-11-20');
    expect(await stageOf('ana')).toBeUndefined();
    await wend.advance('P40D');
    expect(await wend.messagesTo('ana')).toEqual([]);
  });

  it('once she withdraws it', async () => {
    await mother('ana');
    await discharge('ana', '2026-11-20');
    expect(await stageOf('ana')).toBe('first-days');
    await mother('ana', 'Europe/Amsterdam', { consent: { categoryPreferences: { health: false } } });
    await wend.settle();
    expect(await stageOf('ana')).toBeUndefined();
    await wend.advance('P40D');
    expect(await wend.messagesTo('ana')).toEqual([]);
  });

  it.each([
    ['when she declines', () => wend.track('ana', 'Newborn Content Declined')],
    [
      'when there is no child of whom to speak',
      () => wend.happens('hospital.newborn-lost', 'user/ana', { dischargeId: 'd-ana' }),
    ],
    ['when the hospital corrects itself', () => discharge('ana', '2026-11-20', { newborn: false })],
  ])('%s', async (_, end) => {
    await mother('ana');
    await discharge('ana', '2026-11-20');
    expect(await stageOf('ana')).toBe('first-days');
    await wend.advance('P3D');
    await end();
    await wend.settle();
    expect(await stageOf('ana')).toBeUndefined();
    await wend.advance('P40D');
    expect(await wend.messagesTo('ana')).toEqual([]);
    expect(await wend.story('ana')).toEqual(['journey entered: newborn', 'journey exited: newborn']);
  });
});

it('the README’s examples do what they say', async () => {
  const printed = await runReadme('newborn', wend.url());
  expect(printed).toContain('first-days');
  expect(printed).toContain('the first immunization of Noor');
});
