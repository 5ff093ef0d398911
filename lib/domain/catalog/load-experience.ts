import type { Condition, CounterSpec } from '../condition/condition.ts';
import { counterOf } from '../condition/counter.ts';
import { parseWhere } from '../condition/parse.ts';
import type { Json } from '../json.ts';
import { type CompiledContent, compileContent } from '../template/compile-content.ts';
import { type Duration, parseDuration } from '../time/duration.ts';
import { parseInstant } from '../time/instant.ts';
import type { CompiledExperience, CompiledLimit, CompiledVariant, PlacementCandidates } from './compiled.ts';
import type { Definition, ExperienceDefinition } from './definition.ts';
import type { Intent } from './primitives.ts';

/** The event that clients send when an experience was seen; `properties.experienceId` names it. */
const EXPERIENCE_VIEWED = 'Experience Viewed';

/** The counter of an experience's impressions; null where it has no limit. */
export const limitCounterOf = (definition: ExperienceDefinition): CounterSpec | null => {
  const per = definition.limit === undefined ? null : parseDuration(definition.limit.per);
  if (per === null) return null;
  const where = parseWhere({ experienceId: definition.id });
  return counterOf(EXPERIENCE_VIEWED, where.ok ? where.condition : null, per);
};

/** Prototype getters over private caches: loading thousands of experiences must not make thousands of closures. */
class LoadedLimit implements CompiledLimit {
  readonly max: number;
  readonly per: Duration;
  readonly #definition: ExperienceDefinition;
  #counterId: string | null = null;

  constructor(definition: ExperienceDefinition, max: number, per: Duration) {
    this.max = max;
    this.per = per;
    this.#definition = definition;
  }

  get counterId(): string {
    this.#counterId ??= limitCounterOf(this.#definition)?.id ?? '';
    return this.#counterId;
  }
}

class LoadedVariant implements CompiledVariant {
  readonly id: string | null;
  readonly share: number;
  readonly content: Json;
  #template: CompiledContent | null = null;

  constructor(id: string | null, share: number, content: Json) {
    this.id = id;
    this.share = share;
    this.content = content;
  }

  get template(): CompiledContent {
    this.#template ??= compileContent(this.content);
    return this.#template;
  }
}

const loadVariants = (definition: ExperienceDefinition): readonly CompiledVariant[] => {
  const { variants } = definition;
  if (variants === undefined) return [new LoadedVariant(null, 1, definition.content ?? null)];
  const total = variants.reduce((sum, variant) => sum + variant.weight, 0);
  return variants.map(({ id, weight, content }) => new LoadedVariant(id, weight / total, content));
};

class LoadedExperience implements CompiledExperience {
  readonly id: string;
  readonly index: number;
  readonly definition: ExperienceDefinition;
  readonly placements: readonly string[];
  readonly intent: Intent;
  readonly priority: number;
  readonly isDefault: boolean;
  readonly consent: string | null;
  readonly from: number | null;
  readonly until: number | null;
  readonly offerId: string | null;
  readonly #parse: ParseConditionOf;
  #condition: Condition | null = null;
  #limit: CompiledLimit | null = null;
  #variants: readonly CompiledVariant[] | null = null;

  constructor(
    definition: ExperienceDefinition,
    index: number,
    parse: ParseConditionOf,
    offerIntent: Intent | null,
  ) {
    this.id = definition.id;
    this.index = index;
    this.definition = definition;
    this.placements =
      typeof definition.placement === 'string' ? [definition.placement] : definition.placement;
    this.intent = definition.intent ?? (offerIntent === 'sell' ? 'sell' : 'serve');
    this.priority = definition.priority ?? 0;
    this.isDefault = definition.default ?? false;
    this.consent = definition.consent ?? null;
    this.from = definition.from === undefined ? null : parseInstant(definition.from);
    this.until = definition.until === undefined ? null : parseInstant(definition.until);
    this.offerId = definition.offer ?? null;
    this.#parse = parse;
  }

  get condition(): Condition {
    this.#condition ??= this.#parse(this.definition, 'where');
    return this.#condition;
  }

  get limit(): CompiledLimit | null {
    const { limit } = this.definition;
    if (limit === undefined || this.#limit !== null) return this.#limit;
    const per = parseDuration(limit.per);
    this.#limit = per === null ? null : new LoadedLimit(this.definition, limit.max, per);
    return this.#limit;
  }

  get variants(): readonly CompiledVariant[] {
    this.#variants ??= loadVariants(this.definition);
    return this.#variants;
  }
}

/** Gives the condition of a definition at a path; called on its first use. */
export type ParseConditionOf = (definition: Definition, path: 'where' | 'lines') => Condition;

/**
 * Fills in an experience's defaults.
 *
 * @param offerIntent - the intent of the offer that its content speaks of; null where it speaks of none.
 */
export const loadExperience = (
  definition: ExperienceDefinition,
  index: number,
  parse: ParseConditionOf,
  offerIntent: Intent | null,
): CompiledExperience => new LoadedExperience(definition, index, parse, offerIntent);

/** `recover` stands before `protect`, `protect` before all else. */
export const rankOf = (intent: Intent): number => {
  switch (intent) {
    case 'recover':
      return 0;
    case 'protect':
      return 1;
    case 'sell':
    case 'serve':
    case 'inform':
      return 2;
  }
};

/** Which experiences compete for each placement, best first. The experiences are ordered by id. */
export const candidatesByPlacement = (
  experiences: readonly CompiledExperience[],
): ReadonlyMap<string, PlacementCandidates> => {
  const preferred = [...experiences].sort(
    (a, b) => rankOf(a.intent) - rankOf(b.intent) || b.priority - a.priority || a.index - b.index,
  );
  const placements = new Map<string, { readonly candidates: number[]; readonly defaults: number[] }>();
  for (const experience of preferred) {
    for (const name of experience.placements) {
      const entry = placements.get(name) ?? { candidates: [], defaults: [] };
      placements.set(name, entry);
      (experience.isDefault ? entry.defaults : entry.candidates).push(experience.index);
    }
  }
  return placements;
};
