import type { Condition } from '../condition/condition.ts';
import { type CounterSpec, counterOf } from '../condition/counter.ts';
import { parseWhere } from '../condition/parse.ts';
import { compileContent } from '../template/compile-content.ts';
import { parseDuration } from '../time/duration.ts';
import { parseInstant } from '../time/instant.ts';
import type { CompiledExperience, CompiledLimit, CompiledVariant, PlacementCandidates } from './compiled.ts';
import type { ExperienceDefinition, Intent } from './definition.ts';
import { lazily } from './lazily.ts';

/** The event that clients send when an experience was seen; `properties.experienceId` names it. */
export const EXPERIENCE_VIEWED = 'Experience Viewed';

/** The counter of an experience's impressions; null where it has no limit. */
export const limitCounterOf = (definition: ExperienceDefinition): CounterSpec | null => {
  const per = definition.limit === undefined ? null : parseDuration(definition.limit.per);
  if (per === null) return null;
  const where = parseWhere({ experienceId: definition.id });
  return counterOf(EXPERIENCE_VIEWED, where.ok ? where.condition : null, per);
};

const loadLimit = (definition: ExperienceDefinition): CompiledLimit | null => {
  const { limit } = definition;
  const per = limit === undefined ? null : parseDuration(limit.per);
  if (limit === undefined || per === null) return null;
  const counterId = lazily(() => limitCounterOf(definition)?.id ?? '');
  return {
    max: limit.max,
    per,
    get counterId() {
      return counterId();
    },
  };
};

const loadVariant = (
  id: string | null,
  share: number,
  content: CompiledVariant['content'],
): CompiledVariant => {
  const template = lazily(() => compileContent(content));
  return {
    id,
    share,
    content,
    get template() {
      return template();
    },
  };
};

const loadVariants = (definition: ExperienceDefinition): readonly CompiledVariant[] => {
  const { variants } = definition;
  if (variants === undefined) return [loadVariant(null, 1, definition.content ?? null)];
  const total = variants.reduce((sum, variant) => sum + variant.weight, 0);
  return variants.map((variant) => loadVariant(variant.id, variant.weight / total, variant.content));
};

/**
 * Fills in an experience's defaults.
 *
 * @param condition - parses its condition; called on first use.
 * @param offerIntent - the intent of the offer that its content speaks of; null where it speaks of none.
 */
export const loadExperience = (
  definition: ExperienceDefinition,
  index: number,
  condition: () => Condition,
  offerIntent: Intent | null,
): CompiledExperience => ({
  id: definition.id,
  index,
  definition,
  placements: typeof definition.placement === 'string' ? [definition.placement] : definition.placement,
  intent: definition.intent ?? (offerIntent === 'sell' ? 'sell' : 'serve'),
  priority: definition.priority ?? 0,
  isDefault: definition.default ?? false,
  consent: definition.consent ?? null,
  from: definition.from === undefined ? null : parseInstant(definition.from),
  until: definition.until === undefined ? null : parseInstant(definition.until),
  offerId: definition.offer ?? null,
  limit: loadLimit(definition),
  get condition() {
    return condition();
  },
  variants: loadVariants(definition),
});

/** `recover` stands before `protect`, `protect` before all else. */
const rankOf = (intent: Intent): number => {
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
