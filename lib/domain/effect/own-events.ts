import type { Severity } from '../catalog/definition.ts';
import type { JsonObject } from '../json.ts';

/** Which offer, by which grant, of which journey. */
type AboutGrant = { readonly offerId: string; readonly grantId: string; readonly journeyId: string };

/**
 * What Wend's own events say, by their names. They reach whatever in the catalog listens to them and, with whose they
 * are and when they happened, the shop's own systems on the bus.
 */
export type OwnEvents = {
  readonly 'Offer Granted': AboutGrant;
  readonly 'Offer Withdrawn': AboutGrant & { readonly reason: string };
  readonly 'Problem Opened': { readonly id: string; readonly key: string; readonly severity: Severity };
  readonly 'Problem Closed': { readonly id: string; readonly key: string; readonly reason: string };
  readonly 'Journey Entered': { readonly journeyId: string; readonly key: string };
  readonly 'Journey Exited': { readonly journeyId: string; readonly key: string; readonly reason: string };
  readonly 'Cart Emptied': { readonly cart_id: string };
};

/** An event of Wend's own, or one that an `emit` step names, as it happens to a visitor. */
export interface HappeningOf<Name extends string, Properties extends JsonObject> {
  /** What it came of: the same, however often and in however many commits that is worked out. */
  readonly source: string;
  readonly name: Name;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly properties: Properties;
}

/** One of Wend's own events, on its way to whatever listens to it within the same commit. */
export interface OwnEvent extends HappeningOf<string, JsonObject> {
  /** How many events of Wend's own led here. */
  readonly depth: number;
  /** An `emit` step made it: it counts as something that happened. */
  readonly emitted: boolean;
}
