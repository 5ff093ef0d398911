import type { CompiledCatalog } from '../catalog/compiled.ts';
import type { VisitorEvent } from '../visitor/event.ts';
import type { Visitor } from '../visitor/state.ts';
import { type Advanced, advance } from './advance.ts';

/** Whom a look is at, and when. */
export interface Look {
  readonly catalog: CompiledCatalog;
  readonly visitorId: string;
  /** What the visitor draws from, unless their state says otherwise. */
  readonly seed: string;
  /** The service's clock, milliseconds since 1970. */
  readonly now: number;
}

/**
 * The visitor as they stand now, after these events and all that time alone brought about: a problem, a grant or a
 * wait that is over. Nothing of it is written: react will come to the same.
 */
export const foresee = (
  visitor: Visitor,
  events: readonly VisitorEvent[],
  look: Look,
): Pick<Advanced, 'visitor' | 'applied'> =>
  advance(visitor, events, {
    ...look,
    countersByEvent: look.catalog.countersByEvent,
    version: 0,
    timer: null,
  });
