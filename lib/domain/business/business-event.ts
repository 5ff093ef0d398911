import { createHash } from 'node:crypto';
import type { JsonObject } from '../json.ts';
import type { VisitorEvent } from '../visitor/event.ts';

/** Something that happened in the shop's own world (a flight is late), as it reached Wend. Times in ms since 1970. */
export interface BusinessEvent {
  /** Names the event for good: from CloudEvents' `source` and `id`. */
  readonly messageId: string;
  readonly type: string;
  /** What it is about, such as `flight/BA117/2026-11-22`. */
  readonly subject: string;
  readonly at: number;
  readonly receivedAt: number;
  readonly sequence: string | null;
  readonly data: JsonObject;
}

/** Longest subject, in bytes of UTF-8. */
export const MAX_SUBJECT_BYTES = 2048;

/** Longest messageId that says in clear where it is from, in characters. */
const MAX_CLEAR_ID = 200;

/**
 * The messageId of a CloudEvent, whose `source` and `id` together are unique. The id's colons are escaped, so that
 * two pairs never make one text; what is too long is replaced by its fingerprint, which has one colon less.
 */
export const businessMessageId = (source: string, id: string): string => {
  const clear = `ce:${source}:${id.replaceAll('%', '%25').replaceAll(':', '%3A')}`;
  return clear.length <= MAX_CLEAR_ID
    ? clear
    : `ce:${createHash('sha256').update(clear).digest('base64url')}`;
};

const DIGITS = /^[0-9]+$/;

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Whole numbers by their value, before texts by their characters; none before any. */
const compareSequences = (a: string | null, b: string | null): number => {
  if (a === null || b === null) return Number(a !== null) - Number(b !== null);
  const [isNumber, otherIsNumber] = [DIGITS.test(a), DIGITS.test(b)];
  if (!isNumber || !otherIsNumber) return Number(otherIsNumber) - Number(isNumber) || compareText(a, b);
  const [left, right] = [a.replace(/^0+/, ''), b.replace(/^0+/, '')];
  return left.length - right.length || compareText(left, right);
};

/**
 * Which of two events of one type and subject is the later: by time, then by sequence. Two that say the same are
 * told apart by their messageId, so that whoever comes first does not matter.
 *
 * @returns negative where `a` is the earlier, positive where it is the later, 0 for the same event
 */
export const compareBusinessEvents = (
  a: Pick<BusinessEvent, 'at' | 'sequence' | 'messageId'>,
  b: Pick<BusinessEvent, 'at' | 'sequence' | 'messageId'>,
): number => a.at - b.at || compareSequences(a.sequence, b.sequence) || compareText(a.messageId, b.messageId);

const PERSON = 'user/';

/** Longest userId that the service takes, in characters. */
const MAX_USER_ID = 512;

/** The person whom a subject `user/<userId>` names; null for any other subject. */
export const personOf = (subject: string): string | null =>
  subject.startsWith(PERSON) &&
  subject.length > PERSON.length &&
  subject.length <= PERSON.length + MAX_USER_ID
    ? subject.slice(PERSON.length)
    : null;

/** The event as a visitor gets it: the same, with the same messageId, for each of them. */
export const visitorEventOf = (event: BusinessEvent): VisitorEvent => ({
  messageId: event.messageId,
  type: 'business',
  name: event.type,
  at: event.at,
  receivedAt: event.receivedAt,
  properties: {},
  traits: {},
  context: {},
  subject: event.subject,
  data: event.data,
  ...(event.sequence === null ? {} : { sequence: event.sequence }),
});
