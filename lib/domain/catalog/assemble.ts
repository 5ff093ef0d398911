import type { CounterSpec } from '../condition/condition.ts';
import { loadRuleSet } from '../condition/rule-set.ts';
import { countersByEventOf } from './collect-counters.ts';
import type { CompiledCatalog } from './compiled.ts';
import { definitionsOfKind } from './definitions-of-kind.ts';
import { loadJourneys, type Move, type PinnedJourney } from './journey-catalog.ts';
import { loadAuthorization } from './load-authorization.ts';
import { candidatesByPlacement, loadExperience, type ParseConditionOf } from './load-experience.ts';
import { CompiledFollow, loadProblem } from './load-listeners.ts';
import { loadOffer } from './load-offer.ts';
import { resolveSettings } from './settings.ts';

/** What a compiled catalog is put together from, whether just compiled or loaded. */
export interface Assembly
  extends Pick<CompiledCatalog, 'version' | 'publishedAt' | 'definitions' | 'segments' | 'images' | 'reads'> {
  readonly counters: readonly CounterSpec[];
  /** The condition of a definition at a path; called on first use of the condition. */
  readonly conditionAt: ParseConditionOf;
  /** Definitions of earlier versions that people are in flight on. */
  readonly pinned: readonly PinnedJourney[];
  readonly moves: readonly Move[];
}

/** Puts a compiled catalog together. */
export const assemble = (assembly: Assembly): CompiledCatalog => {
  const { definitions, images, conditionAt } = assembly;
  const settings = resolveSettings(definitionsOfKind(definitions, 'settings')[0]);
  const offers = definitionsOfKind(definitions, 'offer').map((definition, index) =>
    loadOffer(definition, index, settings.currency, conditionAt),
  );
  const offerById = new Map(offers.map((offer) => [offer.id, offer]));
  const experiences = definitionsOfKind(definitions, 'experience').map((definition, index) =>
    loadExperience(definition, index, conditionAt, offerById.get(definition.offer ?? '')?.intent ?? null),
  );
  return {
    version: assembly.version,
    publishedAt: assembly.publishedAt,
    definitions,
    settings,
    segments: assembly.segments,
    experiences,
    experienceRules: loadRuleSet(images.experiences),
    experienceById: new Map(experiences.map((experience) => [experience.id, experience])),
    placements: candidatesByPlacement(experiences),
    offers,
    offerRules: loadRuleSet(images.offers),
    offerById,
    journeys: loadJourneys(
      definitionsOfKind(definitions, 'journey'),
      definitionsOfKind(definitions, 'offer'),
      assembly.pinned,
      assembly.moves,
    ),
    problems: definitionsOfKind(definitions, 'problem').map(loadProblem),
    follows: definitionsOfKind(definitions, 'follow').map((definition) => new CompiledFollow(definition)),
    lists: new Map(definitionsOfKind(definitions, 'list').map(({ id, rows }) => [id, rows])),
    questions: new Map(definitionsOfKind(definitions, 'question').map((question) => [question.id, question])),
    authorizations: definitionsOfKind(definitions, 'authorization').map((definition) =>
      loadAuthorization(definition, conditionAt),
    ),
    countersByEvent: countersByEventOf(assembly.counters),
    reads: assembly.reads,
    images,
  };
};
