import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { eventsOfFlight, readFlight } from '../../../cli/events/flights.ts';
import { formatOf, type RecordedEvents, readRecordedEvents } from '../../../cli/events/read-events.ts';

const DATA = 'catalog/data/flights-20k.json.br';

const read = (path: string): Promise<RecordedEvents> =>
  readRecordedEvents(path, { format: 'flights', currency: 'USD', onProgress: () => {} });

describe('the flights that ship', () => {
  let recorded: RecordedEvents;
  let delays: readonly number[];
  beforeAll(async () => {
    recorded = await read(DATA);
    const text = brotliDecompressSync(await readFile(DATA)).toString('utf8');
    delays = z
      .array(z.object({ delay: z.int() }))
      .parse(JSON.parse(text))
      .map(({ delay }) => delay);
  }, 120_000);

  it('are all read, in the order of time, each event with an id of its own', () => {
    const { events, lines, broken } = recorded;
    expect([lines, broken]).toEqual([20_000, []]);
    expect(new Set(events.map(({ messageId }) => messageId)).size).toBe(events.length);
    expect(events.every(({ at }, index) => at >= (events[index - 1]?.at ?? 0))).toBe(true);
  });

  it('are as late in the end as the record says, told about a subject and to nobody by name', () => {
    const final = new Map<string, number>();
    for (const { name, subject, data, userId, anonymousId, type } of recorded.events) {
      if (name !== 'flight.delayed') continue;
      expect([type, userId, anonymousId]).toEqual(['business', undefined, undefined]);
      final.set(subject ?? '', z.object({ delayMinutes: z.int() }).parse(data).delayMinutes);
    }
    const problems = [...final.values()].filter((minutes) => minutes >= 45);
    expect(problems).toHaveLength(delays.filter((delay) => delay >= 45).length);
    expect(Math.max(...problems)).toBe(Math.max(...delays));
  });

  it('are followed by whoever books them: the order names what the subject is made of', () => {
    const subjects = new Set(recorded.events.map(({ subject }) => subject));
    const orders = recorded.events.filter(({ name }) => name === 'Order Completed');
    expect(orders.length).toBeGreaterThan(50_000);
    const deaf = orders.filter(
      ({ properties: { flight, date, newsUntil }, at }) =>
        !subjects.has(`flight/${flight}/${date}`) || !(Date.parse(String(newsUntil)) > at),
    );
    expect(deaf).toEqual([]);
  });
});

const flight = (delay: number) => {
  const entry = { date: '2001/03/01 23:50', delay, distance: 400, origin: 'JFK', destination: 'BOS' };
  const parsed = readFlight(entry, 7);
  if (!parsed.ok) throw new Error(parsed.message);
  return eventsOfFlight(parsed.flight);
};

describe('a flight', () => {
  it.each([
    [-10, []],
    [14, []],
    [29, [29]],
    [40, [20, 40]],
    [180, [90, 180]],
  ])('that was %i minutes late is told of as %j', (delay, told) => {
    const news = flight(delay).filter(({ name }) => name === 'flight.delayed');
    expect(news.map(({ data }) => data?.['delayMinutes'])).toEqual(told);
  });

  it('has the same passengers whoever reads it, each once', () => {
    expect(flight(60)).toEqual(flight(60));
    const booked = flight(60).filter(({ name }) => name === 'Order Completed');
    expect(new Set(booked.map(({ userId }) => userId)).size).toBe(booked.length);
    expect(booked.length).toBeGreaterThan(0);
  });

  it('is looked at after it was booked, and again after each news of its delay', () => {
    const events = flight(180);
    const told = events.flatMap(({ name, at }) => (name === 'flight.delayed' ? [at + 300_000] : []));
    const looks = events.filter(({ name }) => name === 'Flight Status Viewed');
    const [looker] = looks.map(({ userId }) => userId);
    const theirs = looks.filter(({ userId }) => userId === looker).map(({ at }) => at);
    const booked = events.find(({ name, userId }) => name === 'Order Completed' && userId === looker);
    expect(theirs).toEqual([expect.any(Number), ...told]);
    expect(theirs[0]).toBeGreaterThan(booked?.at ?? Number.POSITIVE_INFINITY);
    expect(theirs[0]).toBeLessThan(Date.parse('2001-03-01T23:50:00Z') - 3_600_000);
  });
});

describe('a list of flights', () => {
  it('is known by its name', () => {
    expect(formatOf('catalog/data/flights-20k.json.br')).toBe('flights');
    expect(formatOf('flights.json')).toBe('flights');
    expect(formatOf('my-flights.json')).toBeNull();
  });

  it('says which of its entries are broken, and plays the others', async () => {
    const path = join(await mkdtemp(join(tmpdir(), 'wend-flights-')), 'flights.json');
    const good = { date: '2001/01/01 10:00', delay: 0, distance: 300, origin: 'AUS', destination: 'ATL' };
    const broken = [
      { ...good, date: 'soon' },
      { ...good, delay: 1.5 },
      { ...good, distance: 0 },
      { ...good, origin: 7 },
      null,
    ];
    await writeFile(path, JSON.stringify([...broken, good]));
    const recorded = await read(path);
    expect(recorded.broken.map(({ line, message }) => [line, message.split(':')[0]])).toEqual([
      [1, 'date'],
      [2, 'delay'],
      [3, 'distance'],
      [4, 'origin'],
      [5, 'expected a flight'],
    ]);
    expect(recorded.events.some(({ name }) => name === 'flight.departed')).toBe(true);
  });

  it('that is none is refused', async () => {
    const path = join(await mkdtemp(join(tmpdir(), 'wend-flights-')), 'flights.json');
    await writeFile(path, '{}');
    await expect(read(path)).rejects.toThrow('expected a list of flights');
  });
});
