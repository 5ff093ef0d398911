import type { Rees46Call } from '../../cli/events/rees46.ts';
import type { JsonObject } from '../../lib/domain/json.ts';
import type { VisitorEvent } from '../../lib/domain/visitor/event.ts';
import { Chance } from './chance.ts';

/**
 * A year of one person's life with the shop: visits as people really made them (REES46's recorded sessions), spread
 * over the year, and what else the recipes are about: mail, parcels, returns, flights, posts, claims, a child.
 */

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
export const YEAR_START = Date.UTC(2026, 0, 1);
export const YEAR = 365 * DAY;

type What = Pick<VisitorEvent, 'name'> & Partial<VisitorEvent>;

/** Collects what happens to one person. */
export class Diary {
  readonly events: VisitorEvent[] = [];
  readonly chance: Chance;
  readonly #userId: string;

  constructor(userId: string) {
    this.#userId = userId;
    this.chance = new Chance(userId);
  }

  note(at: number, what: What): VisitorEvent {
    const event: VisitorEvent = {
      messageId: this.chance.id(),
      type: 'track',
      at,
      receivedAt: at,
      userId: this.#userId,
      properties: {},
      traits: {},
      context: {},
      ...what,
    };
    this.events.push(event);
    return event;
  }

  business(at: number, name: string, subject: string, data: JsonObject): void {
    this.note(at, { name, type: 'business', subject, data });
  }
}

/** At a time of day when people are awake. */
const someTime = (chance: Chance): number =>
  YEAR_START + chance.below(365) * DAY + 8 * HOUR + chance.below(14 * 60) * MINUTE;

const SHOWN = ['hero-vip', 'hero-lipstick', 'hero-electronics', 'hero-recovery', 'abandoned-cart.remind'];

/** What the recorded orders lead to: the parcel is late or comes, is sent back or kept. */
const afterOrder = (diary: Diary, at: number, orderId: string): void => {
  const { chance } = diary;
  const about = `order/${orderId}`;
  const isLate = chance.is(0.1);
  if (isLate) diary.business(at + 3 * DAY, 'order.late', about, { orderId, daysLate: 2 });
  if (chance.is(0.97)) diary.business(at + (isLate ? 6 : 2) * DAY, 'order.delivered', about, { orderId });
  if (chance.is(0.1)) {
    const returnId = `r-${orderId}`;
    diary.note(at + 8 * DAY, { name: 'Return Sent', properties: { returnId, order_id: orderId } });
    diary.note(at + (chance.is(0.2) ? 25 : 13) * DAY, { name: 'Return Settled', properties: { returnId } });
    diary.note(at + 14 * DAY, { name: 'Order Refunded', properties: { order_id: orderId, total: 20 } });
  }
};

const visit = (diary: Diary, session: readonly Rees46Call[]): void => {
  const { chance } = diary;
  const first = session[0];
  if (first === undefined) return;
  const start = someTime(chance);
  const cartId = chance.id();
  for (let page = chance.below(3); page >= 0; page--) {
    diary.note(start - page * MINUTE, {
      name: 'Page Viewed',
      type: 'page',
      properties: { path: '/', url: 'https://shop.example/', title: 'Home' },
      context: { locale: 'en-US', timezone: 'America/New_York' },
    });
    const experienceId = chance.among(SHOWN);
    diary.note(start - page * MINUTE + 2000, { name: 'Experience Viewed', properties: { experienceId } });
  }
  for (const call of session) {
    const at = start + (call.at - first.at);
    const orderId = chance.id();
    const { cart_id: hasCart, order_id: isOrder } = call.properties;
    const properties = {
      ...call.properties,
      ...(hasCart === undefined ? {} : { cart_id: cartId }),
      ...(isOrder === undefined ? {} : { order_id: orderId }),
    };
    diary.note(at, { name: call.event, properties });
    if (call.event === 'Order Completed') afterOrder(diary, at, orderId);
  }
};

const fly = (diary: Diary): void => {
  const { chance } = diary;
  const booked = someTime(chance);
  const leaves = booked + 20 * DAY;
  const flight = `WD${100 + chance.below(800)}`;
  const date = new Date(leaves).toISOString().slice(0, 10);
  const newsUntil = new Date(leaves + 2 * DAY).toISOString();
  const properties = {
    order_id: chance.id(),
    kind: 'flight',
    flight,
    date,
    newsUntil,
    revenue: 300,
    currency: 'USD',
  };
  diary.note(booked, { name: 'Order Completed', properties });
  const about = `flight/${flight}/${date}`;
  diary.note(leaves - 3 * HOUR, { name: 'Flight Status Viewed', properties: { flight, date } });
  if (chance.is(0.25)) {
    const minutes = 30 + chance.below(200);
    diary.business(leaves - 2 * HOUR, 'flight.delayed', about, { flight, delayMinutes: minutes });
    diary.business(leaves - HOUR, 'flight.delayed', about, { flight, delayMinutes: minutes + 30 });
  }
  if (chance.is(0.02)) diary.business(leaves - HOUR, 'flight.cancelled', about, { flight });
  else diary.business(leaves + HOUR, 'flight.departed', about, { flight });
};

const claim = (diary: Diary): void => {
  const { chance } = diary;
  const at = someTime(chance);
  const claimId = chance.id();
  const trade = chance.among(['roof', 'plumbing', 'glass']);
  diary.note(at, { name: 'Claim Filed', properties: { claimId, kind: 'property-damage', trade } });
  if (chance.is(0.7)) diary.note(at + HOUR, { name: 'Job Accepted', properties: { claimId } });
  diary.note(at + 30 * DAY, { name: 'Claim Settled', properties: { claimId } });
};

const bear = (diary: Diary, userId: string): void => {
  const at = someTime(diary.chance);
  const bornAt = new Date(at - 2 * DAY).toISOString();
  const immunization = { at: new Date(at + 40 * DAY).toISOString(), place: 'Health centre, room 4' };
  const data = { newborn: true, dischargeId: diary.chance.id(), bornAt, babyName: 'Robin', immunization };
  diary.business(at, 'hospital.discharged', `user/${userId}`, data);
  diary.business(at + 40 * DAY, 'immunization.attended', `user/${userId}`, { dischargeId: data.dischargeId });
};

const post = (diary: Diary): void => {
  const { chance } = diary;
  const properties = {
    topic: 'tents',
    mood: chance.is(0.9) ? 'positive' : 'negative',
    text: 'Dry all week long.',
  };
  diary.note(someTime(chance), { name: 'Social Post', properties });
};

const introduce = (diary: Diary, userId: string): void => {
  const { chance } = diary;
  diary.note(YEAR_START, {
    name: 'identify',
    type: 'identify',
    traits: {
      email: `${userId}@mail.example`,
      firstName: 'Alexandra',
      lastName: 'Van der Berg',
      postcode: '1012 AB',
      interests: [chance.among(['makeup', 'electronics', 'garden'])],
      plan: 'standard',
      preferences: { newsletter: true },
    },
    context: { consents: { personalization: true, marketing: chance.is(0.7), health: chance.is(0.5) } },
  });
  if (chance.is(0.2)) diary.note(someTime(chance), { name: 'Name Given', properties: { name: 'Alex' } });
};

const repeat = (times: number, what: () => void): void => {
  for (let time = 0; time < times; time++) what();
};

/**
 * What happens to one person in a year, in order of time. How often they come is spread as it is in shops: half of
 * them less than once a month, one in twenty more than once a week.
 *
 * @param sessions - recorded visits to choose from
 */
export const yearOf = (userId: string, sessions: readonly (readonly Rees46Call[])[]): Diary => {
  const diary = new Diary(userId);
  const { chance } = diary;
  introduce(diary, userId);
  repeat(Math.max(1, Math.round(chance.logNormal(11, 1.1))), () => visit(diary, chance.among(sessions)));
  if (chance.is(0.2)) repeat(1 + chance.below(6), () => fly(diary));
  if (chance.is(0.02)) claim(diary);
  if (chance.is(0.015)) bear(diary, userId);
  if (chance.is(0.05)) repeat(1 + chance.below(5), () => post(diary));
  diary.events.sort((a, b) => a.at - b.at);
  return diary;
};
