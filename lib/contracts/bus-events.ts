import * as z from 'zod';
import type { OutboundMessage } from '../domain/effect/effect.ts';
import type { OwnEvents } from '../domain/effect/own-events.ts';
import { isJsonObject, type Json, type JsonObject } from '../domain/json.ts';
import { BUS_SOURCE, EVENTS_RECEIVED, eventsReceivedSchema } from './bus.ts';
import { answerTime } from './http/answer-time.ts';
import { cloudEventSchema } from './http/business-events.ts';

/** What stands on the bus, for whoever writes a rule or a target. */
export interface BusEventContract {
  /** One sentence. */
  readonly says: string;
  /** Absent: systems of the shop put it there, under names of their own. */
  readonly source?: typeof BUS_SOURCE;
  /** Absent: the catalog or the shop names it. */
  readonly detailType?: string;
  readonly detail: z.ZodType;
}

const id = z.string().min(1);

/** Whose an event is. */
const who = {
  visitorId: id,
  userId: z.string().nullable().describe('Null: they never said who they are.'),
  anonymousId: z.string().nullable(),
};

const at = answerTime.describe('When it happened.');

const effectId = id.describe('The same each time: the bus may bring an event twice.');

const reason = z.string().describe('Why, such as the event that brought it about.');

const aboutGrant = { offerId: id, grantId: id, journeyId: id };

/** What each of Wend's own events says besides whose it is and when it happened. */
const PROPERTIES = {
  'Offer Granted': z.object(aboutGrant),
  'Offer Withdrawn': z.object({ ...aboutGrant, reason }),
  'Problem Opened': z.object({ id, key: z.string(), severity: z.enum(['low', 'medium', 'high']) }),
  'Problem Closed': z.object({ id, key: z.string(), reason }),
  'Journey Entered': z.object({ journeyId: id, key: z.string() }),
  'Journey Exited': z.object({ journeyId: id, key: z.string(), reason }),
  'Cart Emptied': z.object({ cart_id: z.string() }),
} satisfies { readonly [Name in keyof OwnEvents]: z.ZodType<OwnEvents[Name]> };

const SAYS: Readonly<Record<keyof OwnEvents, string>> = {
  'Offer Granted': 'A journey granted an offer to a visitor',
  'Offer Withdrawn': 'A grant was taken back before it was redeemed',
  'Problem Opened':
    'A customer has a problem; while it is open, nothing may be sold to them where it is grave',
  'Problem Closed': 'A problem of a customer is solved, or over',
  'Journey Entered': 'A visitor entered a journey',
  'Journey Exited': 'A journey of a visitor ended',
  'Cart Emptied': 'The last line of a cart went, by an order or otherwise',
};

const json = z.custom<Json>((value) => value !== undefined);

const messageRequested = z.object({
  ...who,
  messageId: id.describe('The same for the same step of the same journey of a visitor.'),
  at,
  channel: z.string(),
  topic: z.string(),
  journeyId: id,
  stepId: id,
  content: json,
}) satisfies z.ZodType<OutboundMessage>;

const ofWend = (detailType: string, says: string, detail: z.ZodType): BusEventContract => ({
  says,
  source: BUS_SOURCE,
  detailType,
  detail,
});

const isOwnName = (name: string): name is keyof OwnEvents => Object.hasOwn(PROPERTIES, name);

/** Everything on the bus whose name Wend itself gives, one for each `detail-type`. */
export const NAMED_EVENTS: readonly BusEventContract[] = [
  ofWend(EVENTS_RECEIVED, 'What one visitor did, in one request', eventsReceivedSchema),
  ofWend(
    'Message Requested',
    'A journey asks for a message to a visitor; without any address of theirs',
    messageRequested.extend({ effectId }),
  ),
  ...Object.keys(PROPERTIES)
    .filter(isOwnName)
    .map((name) => ofWend(name, SAYS[name], z.object({ ...who, at, effectId, ...PROPERTIES[name].shape }))),
];

/** An event of a visitor that the settings name in `publish`. */
export const PUBLISHED_EVENT: BusEventContract = {
  says: 'An event of a visitor that the catalog’s settings publish; its name is the detail-type',
  source: BUS_SOURCE,
  detail: z.object({
    ...who,
    messageId: id,
    at,
    effectId,
    properties: z.custom<JsonObject>(isJsonObject),
  }),
};

/** What an `emit` step lets happen. */
export const EMITTED_EVENT: BusEventContract = {
  says: 'What a step of a journey emits; the catalog gives its name, the detail-type, and its further properties',
  source: BUS_SOURCE,
  detail: z.looseObject({ ...who, at, effectId }),
};

/** What systems of the shop put on the bus. */
export const BUSINESS_EVENT: BusEventContract = {
  says: 'A business event, put on the bus by the API or by a system of the shop; its type is the detail-type',
  detail: cloudEventSchema,
};
