import { murmur3 } from '../../lib/domain/hash.ts';
import { isJsonObject, type JsonObject } from '../../lib/domain/json.ts';
import { parseInstant } from '../../lib/domain/time/instant.ts';
import type { VisitorEvent } from '../../lib/domain/visitor/event.ts';

/**
 * Real flights (`catalog/data/flights-20k.json.br`) as a stream of events. When each left and how late it was is
 * recorded; who flew is made up, the same at each reading: travellers who book, who pay by the distance, and of whom
 * some look at their flight's status before it leaves.
 */

/** One flight as the data has it. */
export interface Flight {
  /** Its place in the file, from 1. */
  readonly number: number;
  /** Scheduled departure, milliseconds since 1970, taken as UTC: the data has no zone. */
  readonly departsAt: number;
  /** Minutes; negative where it was early. */
  readonly delay: number;
  /** Miles. */
  readonly distance: number;
  readonly origin: string;
  readonly destination: string;
}

export type FlightEntry =
  | { readonly ok: true; readonly flight: Flight }
  | { readonly ok: false; readonly message: string };

const MINUTE = 60_000;
const DAY = 1440 * MINUTE;

/** People who fly, some of them often. */
const TRAVELLERS = 30_000;
/** Of a flight that was late: more than there are seats for, often. */
const PASSENGERS_LATE = { fewest: 4, most: 20 };
/** Of one that was not: nothing happens to them. */
const PASSENGERS_ON_TIME = { fewest: 1, most: 2 };
/** Of ten passengers so many look at the status in the app. */
const LOOKING_OF_TEN = 6;
/** Whoever looks does so again so long after each news of a delay. */
const LOOKS_AFTER = 5 * MINUTE;
/** A shorter delay is told to nobody, minutes. */
const LEAST_DELAY_TOLD = 15;

const DATE = /^(\d{4})\/(\d\d)\/(\d\d) (\d\d):(\d\d)$/;
const AIRPORT = /^[A-Z]{3}$/;

const departureOf = (date: string): number | null => {
  const [, year, month, day, hour, minute] = DATE.exec(date) ?? [];
  return parseInstant(`${year}-${month}-${day}T${hour}:${minute}:00Z`);
};

const refused = (message: string): FlightEntry => ({ ok: false, message });

/**
 * Reads one entry of the list.
 *
 * @param number - its place in the list, from 1
 */
export const readFlight = (entry: unknown, number: number): FlightEntry => {
  if (!isJsonObject(entry)) return refused('expected a flight: an object');
  const { date, delay, distance, origin, destination } = entry;
  const departsAt = typeof date === 'string' ? departureOf(date) : null;
  if (departsAt === null) return refused('date: expected a time such as 2001/01/01 00:47');
  if (typeof delay !== 'number' || !Number.isInteger(delay)) return refused('delay: expected whole minutes');
  if (typeof distance !== 'number' || !(distance > 0)) return refused('distance: expected miles');
  if (typeof origin !== 'string' || !AIRPORT.test(origin)) return refused('origin: expected an airport');
  if (typeof destination !== 'string' || !AIRPORT.test(destination)) {
    return refused('destination: expected an airport');
  }
  return { ok: true, flight: { number, departsAt, delay, distance, origin, destination } };
};

/** A number from 0 to `below` - 1, the same for the same words. */
const drawn = (words: string, below: number): number => murmur3(words, 0x666c69) % below;

const NOTHING = {};

const tracked = (
  messageId: string,
  userId: string,
  name: string,
  at: number,
  properties: JsonObject,
): VisitorEvent => ({
  messageId,
  type: 'track',
  name,
  at,
  receivedAt: at,
  userId,
  properties,
  traits: NOTHING,
  context: NOTHING,
});

const dateOf = (at: number): string => new Date(at).toISOString().slice(0, 10);

/** `DTW-LAS-1`: the data has no flight numbers. */
const nameOf = ({ origin, destination, number }: Flight): string => `${origin}-${destination}-${number}`;

/** Who is on board: each once. */
const passengersOf = ({ number, delay }: Flight): readonly string[] => {
  const { fewest, most } = delay >= LEAST_DELAY_TOLD ? PASSENGERS_LATE : PASSENGERS_ON_TIME;
  const count = fewest + drawn(`${number} size`, most - fewest + 1);
  const aboard = Array.from({ length: count }, (_, seat) => drawn(`${number} seat ${seat}`, TRAVELLERS));
  return [...new Set(aboard)].map((traveller) => `traveller-${traveller}`);
};

/** Dollars: a fare by the distance, and what its class makes of it. */
const fareOf = ({ distance }: Flight, userId: string): number => {
  const percent = 70 + drawn(`${userId} class`, 230);
  return Math.round((50 + distance * 0.12) * percent) / 100;
};

const business = (flight: Flight, type: string, at: number, data: JsonObject): VisitorEvent => ({
  messageId: `flight-${flight.number}-${type}-${at}`,
  type: 'business',
  name: type,
  at,
  receivedAt: at,
  properties: NOTHING,
  traits: NOTHING,
  context: NOTHING,
  subject: `flight/${nameOf(flight)}/${dateOf(flight.departsAt)}`,
  data: { flight: nameOf(flight), ...data },
});

/**
 * What the airline tells of a flight: an hour before it should leave, an estimate of half the delay; when it should
 * leave, the delay that it had in the end; and that it has left.
 */
const newsOf = (flight: Flight): readonly VisitorEvent[] => {
  const { departsAt, delay } = flight;
  const delayed = (at: number, delayMinutes: number): VisitorEvent =>
    business(flight, 'flight.delayed', at, { delayMinutes });
  const estimate = Math.floor(delay / 10) * 5;
  return [
    ...(estimate >= LEAST_DELAY_TOLD ? [delayed(departsAt - 60 * MINUTE, estimate)] : []),
    ...(delay >= LEAST_DELAY_TOLD ? [delayed(departsAt, delay)] : []),
    business(flight, 'flight.departed', departsAt + Math.max(delay, 0) * MINUTE, {}),
  ];
};

const eventsOfPassenger = (flight: Flight, userId: string): readonly VisitorEvent[] => {
  const { number, departsAt, distance, origin, destination } = flight;
  const bookedAt = departsAt - (1 + drawn(`${number} ${userId} booked`, 60)) * DAY;
  const about = { flight: nameOf(flight), date: dateOf(departsAt) };
  const orderId = `flight-${number}-${userId}`;
  const arrivesAt = departsAt + Math.round(30 + distance / 8) * MINUTE;
  const booked = tracked(`${orderId}-booked`, userId, 'Order Completed', bookedAt, {
    ...about,
    order_id: orderId,
    kind: 'flight',
    origin,
    destination,
    departsAt: new Date(departsAt).toISOString(),
    newsUntil: new Date(arrivesAt + DAY).toISOString(),
    revenue: fareOf(flight, userId),
    currency: 'USD',
  });
  if (drawn(`${number} ${userId} looks`, 10) >= LOOKING_OF_TEN) return [booked];
  const lookedAt = departsAt - (65 + drawn(`${number} ${userId} looked`, 115)) * MINUTE;
  const looksAt = [
    lookedAt,
    ...newsOf(flight)
      .filter(({ name }) => name === 'flight.delayed')
      .map(({ at }) => at + LOOKS_AFTER),
  ];
  return [
    booked,
    ...looksAt.map((at, time) =>
      tracked(`${orderId}-looked-${time}`, userId, 'Flight Status Viewed', at, about),
    ),
  ];
};

/**
 * All that happens around a flight, in no order of time: passengers book (`Order Completed` of kind `flight`) and look
 * (`Flight Status Viewed`), the airline tells of it (`flight.delayed`, `flight.departed`: business events about
 * `flight/<flight>/<date>`, which name no visitor).
 */
export const eventsOfFlight = (flight: Flight): readonly VisitorEvent[] => [
  ...passengersOf(flight).flatMap((userId) => eventsOfPassenger(flight, userId)),
  ...newsOf(flight),
];
