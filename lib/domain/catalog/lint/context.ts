import type { Condition } from '../../condition/condition.ts';
import type { Facts } from '../../condition/facts.ts';
import type { Definition, Kind, OfferDefinition, ProblemDefinition } from '../definition.ts';
import type { Remark } from '../finding.ts';
import type { JourneyDefinition } from '../journey-definition.ts';

/** What a lint rule may look at besides the definition itself. */
export interface LintContext {
  readonly has: (kind: Kind, id: string) => boolean;
  readonly offers: ReadonlyMap<string, OfferDefinition>;
  /** Groups that offers are in. */
  readonly offerGroups: ReadonlySet<string>;
  readonly problems: readonly ProblemDefinition[];
  /** Whether anything says what somebody may spend for an account. */
  readonly hasAuthorizations: boolean;
  readonly segments: ReadonlyMap<string, Condition>;
  /** Journeys that an event brings visitors into, by its name. */
  readonly enteredBy: ReadonlyMap<string, readonly JourneyDefinition[]>;
  /** The conditions of a definition that could be parsed, by their path. */
  readonly conditionsOf: (definition: Definition) => ReadonlyMap<string, Condition>;
  /** Facts of recent visitors, where there are any. */
  readonly samples: readonly Facts[];
}

/** Looks at one definition and says what it finds. */
export type LintRule = (definition: Definition, context: LintContext) => readonly Remark[];
