import type { JsonObject } from '../json.ts';

/** A Mongo-style query document over facts, as written (see `lib/domain/condition`). */
export type ConditionDocument = JsonObject;

/** An ISO 8601 duration such as `PT45M` or `P1M`. */
export type IsoDuration = string;

/** A non-negative share in percent. */
export type Percent = number;

/** What a thing wants of its visitor. `sell` is suppressed while a problem is open. */
export type Intent = 'sell' | 'serve' | 'inform' | 'recover' | 'protect';

/** Reacts to events by name: `on`, filtered by `where`, reaching the instance named by `key`. */
export interface EventTrigger {
  readonly on: string | readonly string[];
  readonly where?: ConditionDocument;
  readonly key?: string;
}
