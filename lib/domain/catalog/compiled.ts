import type { Condition, CounterSpec } from '../condition/condition.ts';
import type { RuleSet, RuleSetImage } from '../condition/rule-set.ts';
import type { Json, JsonObject } from '../json.ts';
import type { PriceableOffer } from '../offer/priceable-offer.ts';
import type { CompiledContent } from '../template/compile-content.ts';
import type { Duration } from '../time/duration.ts';
import type {
  Definition,
  ExperienceDefinition,
  OfferDefinition,
  QuestionDefinition,
  Reward,
} from './definition.ts';
import type { JourneyCatalog } from './journey-catalog.ts';
import type { CompiledFollow, CompiledProblem } from './load-listeners.ts';
import type { Intent } from './primitives.ts';
import type { Settings } from './settings.ts';

/** A published catalog, ready to decide with. */
export interface CompiledCatalog {
  readonly version: number;
  /** Milliseconds since 1970. */
  readonly publishedAt: number;
  /** As published, in the order given. */
  readonly definitions: readonly Definition[];
  readonly settings: Settings;
  /** By id. */
  readonly segments: ReadonlyMap<string, Condition>;
  /** Ordered by id. */
  readonly experiences: readonly CompiledExperience[];
  /** The conditions of all experiences; a rule's index is the experience's. */
  readonly experienceRules: RuleSet;
  readonly experienceById: ReadonlyMap<string, CompiledExperience>;
  /** What competes for each placement, best first. */
  readonly placements: ReadonlyMap<string, PlacementCandidates>;
  /** Ordered by id. */
  readonly offers: readonly CompiledOffer[];
  /** By what offers are found for a cart, see `offerRule`; a rule's index is the offer's. */
  readonly offerRules: RuleSet;
  readonly offerById: ReadonlyMap<string, CompiledOffer>;
  readonly journeys: JourneyCatalog;
  readonly problems: readonly CompiledProblem[];
  readonly follows: readonly CompiledFollow[];
  /** Rows of each list, by id. */
  readonly lists: ReadonlyMap<string, readonly JsonObject[]>;
  readonly questions: ReadonlyMap<string, QuestionDefinition>;
  /** Ordered by id. */
  readonly authorizations: readonly CompiledAuthorization[];
  /** All counters of all conditions and limits, by the name of the event that they count. */
  readonly countersByEvent: ReadonlyMap<string, readonly CounterSpec[]>;
  readonly reads: CatalogReads;
  /** What the rule sets were loaded from. */
  readonly images: { readonly experiences: RuleSetImage; readonly offers: RuleSetImage };
}

/**
 * Positions of experiences that name a placement, in the order in which rule 2 of the catalog prefers them:
 * `recover`, then `protect`, then by priority, then by id.
 */
export interface PlacementCandidates {
  readonly candidates: readonly number[];
  /** Compete only when nothing else is left. */
  readonly defaults: readonly number[];
}

/** What the catalog's experiences, offers and segments can ever read in a decision. */
export interface CatalogReads {
  /** Canonical dotted facts of conditions and consents, sorted: `visitor.traits.age`, `cart.total`. */
  readonly facts: ReadonlySet<string>;
  /** Dotted facts that templates print, sorted. */
  readonly templateFacts: ReadonlySet<string>;
  /** Ids of the counters that conditions and limits ask for, sorted. */
  readonly counters: ReadonlySet<string>;
}

/** An experience with its defaults filled in; conditions and templates are made on first use. */
export interface CompiledExperience {
  readonly id: string;
  /** Position in {@link CompiledCatalog.experiences}. */
  readonly index: number;
  readonly definition: ExperienceDefinition;
  readonly placements: readonly string[];
  /** As stated; else `sell` where it speaks of an offer of that intent, else `serve`. */
  readonly intent: Intent;
  /** 0 where not stated. */
  readonly priority: number;
  readonly isDefault: boolean;
  /** Purpose that must be granted. */
  readonly consent: string | null;
  /** Milliseconds since 1970: shown at or after. */
  readonly from: number | null;
  /** Milliseconds since 1970: shown before. */
  readonly until: number | null;
  readonly offerId: string | null;
  readonly limit: CompiledLimit | null;
  readonly condition: Condition;
  /** Exactly one, without id, where the experience has plain content. */
  readonly variants: readonly CompiledVariant[];
}

/** Impressions are counted from `Experience Viewed` events that name the experience. */
export interface CompiledLimit {
  readonly max: number;
  readonly per: Duration;
  readonly counterId: string;
}

/** One arm of an experience. */
export interface CompiledVariant {
  /** Null for the only content of an experience without variants. */
  readonly id: string | null;
  /** Share of all draws, 0 to 1; the shares of an experience add up to 1. */
  readonly share: number;
  readonly content: Json;
  /** The content with its Liquid parsed; not ok where the template is broken. */
  readonly template: CompiledContent;
}

/** An offer with its defaults filled in; conditions are made on first use. */
export interface CompiledOffer {
  readonly id: string;
  /** Position in {@link CompiledCatalog.offers}. */
  readonly index: number;
  readonly definition: OfferDefinition;
  /** The id where no label is stated. */
  readonly label: string;
  readonly reward: Reward;
  /** What pricing needs to know of it. */
  readonly priceable: PriceableOffer;
  /** Where not stated `serve` of a contract's prices, else `sell`. */
  readonly intent: Intent;
  /** `automatic` where neither stated nor told by a code. */
  readonly apply: 'automatic' | 'code' | 'claim';
  /** Whether it applies by a claim alone: what says so, and entitlements, of which nothing shows in a cart. */
  readonly claimable: boolean;
  /** 0 where not stated. */
  readonly priority: number;
  /** Milliseconds since 1970: applies at or after. */
  readonly from: number | null;
  /** Milliseconds since 1970: applies before. */
  readonly until: number | null;
  readonly condition: Condition;
  /** Which lines a reward on lines is about; null: all. */
  readonly lineCondition: Condition | null;
  /** What a line must be for that, where it is a single text that the line itself has; null: something else. */
  readonly lineEquals: LineEquals | null;
}

/** That one field of a line is a text. */
export interface LineEquals {
  readonly field: 'sku' | 'productId' | 'variant' | 'name' | 'category';
  readonly value: string;
}

/** What someone may spend for an account, ready to be applied; its condition is parsed on first use. */
export interface CompiledAuthorization {
  readonly id: string;
  /** Where in the facts the limit lies: `account`, then the account's traits. */
  readonly limit: readonly string[];
  readonly approver: readonly string[];
  readonly per: Duration;
  /** For how long an approver is waited for. */
  readonly timeout: Duration;
  readonly condition: Condition;
}
