import type { Json, JsonObject } from '../json.ts';
import type { Duration } from '../time/duration.ts';
import type { Pattern } from './pattern.ts';

/** A parsed condition: an immutable tree, with what it asks for beside it. */
export interface Condition {
  readonly root: ConditionNode;
  /** As written. */
  readonly document: JsonObject;
  /** The roots that its paths may start with; none where paths are relative. */
  readonly roots: readonly string[];
  /** Canonical dotted paths of the facts that it reads, those of segments and counts not included. */
  readonly facts: readonly string[];
  /** Ids of the segments that it names. */
  readonly segments: readonly string[];
  readonly counters: readonly CounterSpec[];
}

/** A path as written in its canonical form, and in parts. */
export interface FactPath {
  readonly text: string;
  readonly parts: readonly string[];
}

export type ConditionNode =
  | { readonly kind: 'and'; readonly nodes: readonly ConditionNode[] }
  | { readonly kind: 'or'; readonly nodes: readonly ConditionNode[] }
  | { readonly kind: 'not'; readonly node: ConditionNode }
  | FactNode
  | { readonly kind: 'segment'; readonly id: string }
  | EventsNode;

/** A test of one fact. */
export interface FactNode {
  readonly kind: 'fact';
  readonly path: FactPath;
  readonly test: FactTest;
  /** The test as written: what a compiled rule set keeps of it. */
  readonly written: Json;
}

/** A test of how often an event happened. */
export interface EventsNode {
  readonly kind: 'events';
  readonly counter: CounterSpec;
  readonly within: Duration | null;
  /** What must hold of the count. */
  readonly test: FactTest;
  readonly written: Json;
}

/** An event count that a condition, or an experience's limit, asks for. */
export interface CounterSpec {
  /** The same for the same name and `where`, whatever the window: they share one ring. */
  readonly id: string;
  readonly name: string;
  /** Paths relative to the event's properties: evaluate it with these as the facts' roots. */
  readonly where: Condition | null;
  /** How far back is asked, in milliseconds (calendar units at their longest); null: since first asked. */
  readonly window: number | null;
}

/** What a test compares with: a value as written, or another fact. */
export type Operand =
  | { readonly kind: 'value'; readonly value: Json }
  | { readonly kind: 'fact'; readonly path: FactPath };

export type EqualityOperator = '$eq' | '$ne';
export type OrderOperator = '$gt' | '$gte' | '$lt' | '$lte';
export type MembershipOperator = '$in' | '$nin' | '$ini' | '$nini';
export type VersionOperator = '$veq' | '$vne' | '$vgt' | '$vgte' | '$vlt' | '$vlte';
export type PatternOperator = '$regex' | '$regexi';
export type TimeOperator = '$within' | '$olderThan' | '$inNext';
export type FactType = 'string' | 'number' | 'boolean' | 'object' | 'array' | 'null';

/** What must hold of one value. */
export type FactTest =
  | { readonly operator: 'and'; readonly tests: readonly FactTest[] }
  | { readonly operator: '$not'; readonly test: FactTest }
  | { readonly operator: EqualityOperator | OrderOperator; readonly operand: Operand }
  | { readonly operator: MembershipOperator; readonly operands: readonly Operand[] | Operand }
  | { readonly operator: '$exists'; readonly expected: boolean }
  | { readonly operator: '$type'; readonly type: FactType }
  | { readonly operator: PatternOperator; readonly pattern: Pattern }
  | { readonly operator: VersionOperator; readonly operand: Operand }
  | { readonly operator: TimeOperator; readonly duration: Duration }
  | { readonly operator: '$inOrders'; readonly duration: Duration; readonly field: string }
  | { readonly operator: '$size'; readonly test: FactTest }
  | { readonly operator: '$all'; readonly tests: readonly FactTest[] }
  | { readonly operator: '$elemMatch'; readonly element: FactTest | ConditionNode };

/** Where segments are looked up; a `ReadonlyMap<string, Condition>` is one. */
export interface SegmentResolver {
  readonly get: (id: string) => Condition | undefined;
}

/** The condition that always holds. */
export const always: Condition = {
  root: { kind: 'and', nodes: [] },
  document: {},
  roots: [],
  facts: [],
  segments: [],
  counters: [],
};
