import type { OwnEvent } from '../effect/own-events.ts';
import type { JsonObject } from '../json.ts';
import type { VisitorEvent } from '../visitor/event.ts';
import { eventFacts } from './facts.ts';

/** Something that happened to a visitor, as triggers look at it. */
export interface Happening {
  readonly name: string;
  /** Names it for good. */
  readonly id: string;
  /** When it happened; never after the service's clock. Milliseconds since 1970. */
  readonly at: number;
  /** `event.*` in conditions. */
  readonly facts: JsonObject;
  /** It is too old to start anything. */
  readonly isLate: boolean;
  /** `<type>\n<subject>` of a business event. */
  readonly revises: string | null;
  /** How many emits of a day led here. */
  readonly depth: number;
}

/** What names the newest of several business events about one thing. */
export const revisionKey = ({ name, subject }: Pick<VisitorEvent, 'name' | 'subject'>): string =>
  `${name}\n${subject ?? ''}`;

/** @param oldest - what happened before it starts nothing, milliseconds since 1970 */
export const happeningOf = (event: VisitorEvent, now: number, oldest: number): Happening => ({
  name: event.name,
  id: event.messageId,
  at: Math.min(event.at, now),
  facts: eventFacts(event),
  isLate: event.at < oldest,
  revises: event.type === 'business' ? revisionKey(event) : null,
  depth: 0,
});

/** An event of Wend's own, as triggers look at it. */
export const happeningOfOwn = (event: OwnEvent): Happening => ({
  name: event.name,
  id: event.source,
  at: event.at,
  facts: eventFacts(event),
  isLate: false,
  revises: null,
  depth: event.depth,
});

/** What happens since it is time. */
export const happeningOfDue = (due: number): Happening => ({
  name: 'it was time',
  id: `due:${due}`,
  at: due,
  facts: {},
  isLate: false,
  revises: null,
  depth: 0,
});
