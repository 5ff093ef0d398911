import type { Json, JsonObject } from '../json.ts';
import type { Assignments, JourneyDefinition } from './journey-definition.ts';
import type { ConditionDocument, EventTrigger, Intent, IsoDuration, Percent } from './primitives.ts';

export type { JourneyDefinition } from './journey-definition.ts';

/**
 * What people write: the kinds of a catalog, as data. The zod schemas in `lib/contracts/catalog` validate and
 * document exactly these shapes; times and durations stay ISO 8601 text here and are compiled on publishing.
 */

/** Settings of the whole environment; at most one definition of this kind. */
export interface SettingsDefinition {
  readonly kind: 'settings';
  readonly id: string;
  readonly currency?: string;
  readonly timezone?: string;
  readonly quietHours?: { readonly from: string; readonly to: string };
  readonly messageLimit?: { readonly max: number; readonly per: IsoDuration };
  readonly globalHoldout?: Percent;
  readonly lateEvents?: IsoDuration;
  readonly anonymousRetention?: IsoDuration;
  readonly household?: { readonly share: readonly string[] };
  readonly effort?: { readonly [eventName: string]: number };
  readonly publish?: readonly string[];
}

/** A named condition. */
export interface SegmentDefinition {
  readonly kind: 'segment';
  readonly id: string;
  readonly where: ConditionDocument;
}

export type Severity = 'low' | 'medium' | 'high';

/** What makes a customer's day worse, and what ends it. */
export interface ProblemDefinition {
  readonly kind: 'problem';
  readonly id: string;
  readonly opens: EventTrigger;
  readonly closes?: readonly EventTrigger[];
  readonly severity: Severity;
  readonly expires?: IsoDuration;
}

/** Who wants to hear about a business event's subject. */
export interface FollowDefinition {
  readonly kind: 'follow';
  readonly id: string;
  readonly on: string | readonly string[];
  readonly where?: ConditionDocument;
  readonly subject: string;
  readonly for?: IsoDuration;
  readonly until?: string;
  readonly rank?: string;
  readonly wave?: { readonly size: number; readonly gap: IsoDuration };
}

/** One arm of an experiment; weights are relative to their sum. */
export interface VariantDefinition {
  readonly id: string;
  readonly weight: number;
  readonly content: Json;
}

/** At most `max` within the last `per`. */
export interface FrequencyLimit {
  readonly max: number;
  readonly per: IsoDuration;
}

/** Content for a placement. Has either `content` or `variants`. */
export interface ExperienceDefinition {
  readonly kind: 'experience';
  readonly id: string;
  readonly placement: string | readonly string[];
  readonly intent?: Intent;
  readonly where?: ConditionDocument;
  readonly priority?: number;
  readonly limit?: FrequencyLimit;
  readonly consent?: string;
  readonly default?: boolean;
  readonly from?: string;
  readonly until?: string;
  readonly variants?: readonly VariantDefinition[];
  readonly content?: Json;
  /** The offer that the content speaks of, if any. */
  readonly offer?: string;
}

export type RewardTarget = 'order' | 'lines' | 'shipping';

interface RewardBase {
  readonly on?: RewardTarget;
  /** What a percentage is taken of: list prices (default) or what other discounts left. */
  readonly base?: 'list' | 'discounted';
}

export type Reward =
  | (RewardBase & { readonly type: 'percentage'; readonly value: number; readonly max?: number })
  | (RewardBase & { readonly type: 'amount'; readonly value: number; readonly currency?: string })
  | (RewardBase & { readonly type: 'fixedPrice'; readonly value: number; readonly currency?: string })
  | (RewardBase & { readonly type: 'freeShipping'; readonly max?: number })
  | (RewardBase & {
      readonly type: 'buyXGetY';
      readonly buy: number;
      readonly get: number;
      readonly percentage?: number;
      readonly times?: number;
    })
  | (RewardBase & {
      readonly type: 'tiered';
      readonly by: 'quantity' | 'total';
      readonly tiers: readonly {
        readonly from: number;
        readonly percentage?: number;
        readonly amount?: number;
        readonly fixedPrice?: number;
      }[];
      readonly currency?: string;
    })
  | (RewardBase & {
      readonly type: 'gift';
      readonly sku: string;
      readonly quantity?: number;
      readonly choose?: Json;
    })
  | (RewardBase & { readonly type: 'upgrade'; readonly to: Json; readonly attributes?: JsonObject })
  | (RewardBase & {
      readonly type: 'contractPrice';
      readonly prices?: { readonly [sku: string]: number };
      readonly account?: string;
      readonly currency?: string;
    });

/** A discount, a gift or an entitlement. */
export interface OfferDefinition {
  readonly kind: 'offer';
  readonly id: string;
  readonly label?: string;
  readonly reward: Reward;
  readonly lines?: ConditionDocument;
  readonly where?: ConditionDocument;
  readonly apply?: 'automatic' | 'code' | 'claim';
  readonly code?: string;
  readonly codes?: { readonly prefix?: string; readonly count: number };
  readonly requiresGrant?: boolean;
  readonly combine?: {
    readonly group?: string;
    readonly with?: readonly string[];
    readonly exclusive?: boolean;
  };
  readonly priority?: number;
  readonly from?: string;
  readonly until?: string;
  readonly limits?: {
    readonly total?: number;
    readonly perVisitor?: number;
    readonly budget?: number;
    readonly per?: string;
  };
  readonly intent?: Intent;
  readonly late?: 'honour' | 'refuse';
  readonly onPartialRefund?: 'keep' | 'recompute';
}

/** Protects a visitor from a mistake. */
export interface GuardDefinition {
  readonly kind: 'guard';
  readonly id: string;
  readonly where?: ConditionDocument;
  readonly against?: {
    readonly in: 'cart' | 'orders' | 'returns';
    readonly within?: IsoDuration;
    readonly where?: ConditionDocument;
    readonly count?: ConditionDocument;
  };
  readonly severity: 'info' | 'warn' | 'block';
  readonly message: string;
  readonly suggest?: JsonObject;
}

/** A question with a reason, whose every answer changes something. */
export interface QuestionDefinition {
  readonly kind: 'question';
  readonly id: string;
  readonly ask: string;
  readonly where?: ConditionDocument;
  readonly channels?: readonly string[];
  readonly why: string;
  readonly answers: readonly { readonly id: string; readonly label: string; readonly set?: Assignments }[];
  readonly again?: IsoDuration;
  readonly value?: number;
}

/** What a KPI measures: a journey's rate of goals, an event's frequency, or a statistic. */
export type KpiMeasure =
  | { readonly journey: string; readonly rate: 'goal' }
  | { readonly event: string; readonly per: 'visitor' | 'order' }
  | { readonly stat: string; readonly of: 'average' | 'sum' };

/** A key figure that goes from `now` to `tomorrow` by a date. */
export interface KpiDefinition {
  readonly kind: 'kpi';
  readonly id: string;
  readonly measure: KpiMeasure;
  readonly now: number;
  readonly tomorrow: number;
  readonly by: string;
  readonly owner?: string;
}

/** A small table to pick from. */
export interface ListDefinition {
  readonly kind: 'list';
  readonly id: string;
  readonly rows: readonly JsonObject[];
}

/** What a customer teaches us. */
export interface LearnDefinition {
  readonly kind: 'learn';
  readonly id: string;
  readonly on: string | readonly string[];
  readonly where?: ConditionDocument;
  readonly key: string;
  readonly item: JsonObject;
  readonly max?: number;
}

/** What someone may spend for an account. */
export interface AuthorizationDefinition {
  readonly kind: 'authorization';
  readonly id: string;
  readonly limit: string;
  readonly approver: string;
  readonly per: IsoDuration;
  /** For how long the approver is waited for; a week where not stated. */
  readonly timeout?: IsoDuration;
  readonly where?: ConditionDocument;
}

export type Definition =
  | SettingsDefinition
  | SegmentDefinition
  | ProblemDefinition
  | FollowDefinition
  | ExperienceDefinition
  | JourneyDefinition
  | OfferDefinition
  | GuardDefinition
  | QuestionDefinition
  | KpiDefinition
  | ListDefinition
  | LearnDefinition
  | AuthorizationDefinition;

export type Kind = Definition['kind'];

/** One thing that validation or lint has to say about a catalog (`api.md`, Catalog). */
export interface Finding {
  readonly code: string;
  readonly severity: 'error' | 'warning';
  readonly kind: string;
  readonly id: string;
  /** Where in the definition, dotted: `reward.value`, `steps[2].wait.for`. */
  readonly path: string;
  readonly message: string;
  readonly evidence: JsonObject;
}
