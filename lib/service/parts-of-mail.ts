import { partsWithin } from '../domain/parts-within.ts';
import type { VisitorEvent } from '../domain/visitor/event.ts';
import { joinsOf } from './joins.ts';

/** Events of one commit: their marks stay in the visitor item until the next one. */
const MAX_COMMIT_EVENTS = 500;

/** Ids joined in one commit: each is up to two of the 100 actions of a transaction. */
const MAX_COMMIT_JOINS = 40;

/** Events in as many parts as one commit each can hold. */
export const partsOf = (events: readonly VisitorEvent[]): readonly (readonly VisitorEvent[])[] =>
  partsWithin(events, (event) => joinsOf(event).length, { size: MAX_COMMIT_JOINS, count: MAX_COMMIT_EVENTS });
