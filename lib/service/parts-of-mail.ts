import type { VisitorEvent } from '../domain/visitor/event.ts';
import { joinsOf } from './joins.ts';

/** Events of one commit: their marks stay in the visitor item until the next one. */
const MAX_COMMIT_EVENTS = 500;

/** Ids joined in one commit: each is up to two of the 100 actions of a transaction. */
const MAX_COMMIT_JOINS = 40;

/** Events in as many parts as one commit each can hold. */
export const partsOf = (events: readonly VisitorEvent[]): readonly (readonly VisitorEvent[])[] => {
  const parts: VisitorEvent[][] = [];
  let joins = 0;
  for (const event of events) {
    const its = joinsOf(event).length;
    const part = parts.at(-1);
    if (part === undefined || part.length === MAX_COMMIT_EVENTS || joins + its > MAX_COMMIT_JOINS) {
      parts.push([event]);
      joins = its;
    } else {
      part.push(event);
      joins += its;
    }
  }
  return parts;
};
