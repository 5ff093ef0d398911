import { markOf } from '../hash.ts';
import type { JsonObject } from '../json.ts';
import type { Stamp } from '../stamp.ts';

/** The six calls of the Segment tracking API. */
export type EventType = 'track' | 'identify' | 'page' | 'screen' | 'group' | 'alias';

/** What of an event's `context` is kept. */
export interface EventContext {
  readonly locale?: string;
  readonly timezone?: string;
  /** `context.consent.categoryPreferences`: purpose to whether it is granted. */
  readonly consents?: { readonly [purpose: string]: boolean };
}

/**
 * One accepted event, as it travels on the bus: validated, clock skew corrected, ids that the sender could not
 * prove removed.
 */
export interface VisitorEvent {
  readonly messageId: string;
  /** The call that it came by; `business` for a business event that reached the visitor. */
  readonly type: EventType | 'business';
  /** A track's event name; `Page Viewed`, `Screen Viewed`; a business event's type; the call's type for the others. */
  readonly name: string;
  /** When it happened, milliseconds since 1970 by the service's clock. */
  readonly at: number;
  /** When the service accepted it, likewise. */
  readonly receivedAt: number;
  readonly userId?: string;
  readonly anonymousId?: string;
  /** `alias` only: the id that becomes part of `userId`. */
  readonly previousId?: string;
  /** `alias` only: whether the sender may merge two userIds (a secret key). */
  readonly mayMergeUsers?: boolean;
  /** `group` only: whether the sender may change what everybody sees of the account (a secret key). */
  readonly mayChangeAccount?: boolean;
  readonly groupId?: string;
  readonly properties: JsonObject;
  readonly traits: JsonObject;
  readonly context: EventContext;
  /** Wend's own event, such as `Variant Assigned`: no client can send one, and no statistic counts it. */
  readonly own?: true;
  /** `business` only: what it is about, such as `flight/BA117/2026-11-22`. */
  readonly subject?: string;
  /** `business` only: CloudEvents' data. */
  readonly data?: JsonObject;
  /** `business` only: CloudEvents' `sequence`, which decides between events of the same time. */
  readonly sequence?: string;
}

/** Longest messageId that stands in a stamp as it is; the usual SDKs' have 36 to 60 characters. */
const MAX_TIE = 64;

const tieOf = (messageId: string): string =>
  messageId.length <= MAX_TIE ? messageId : messageId.slice(0, MAX_TIE - 14) + markOf(messageId);

/** The event's place in its visitor's history. */
export const stampOf = (event: Pick<VisitorEvent, 'at' | 'messageId'>): Stamp => ({
  at: event.at,
  tie: tieOf(event.messageId),
});
