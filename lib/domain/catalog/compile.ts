import type { CounterSpec } from '../condition/condition.ts';
import { always, type Condition } from '../condition/condition.ts';
import type { Facts } from '../condition/facts.ts';
import { buildRuleSet } from '../condition/rule-set.ts';
import { targetOf } from '../offer/priceable-offer.ts';
import { type Analysis, analyse } from './analyse.ts';
import { type Assembly, assemble } from './assemble.ts';
import { collectCounters } from './collect-counters.ts';
import type { CatalogReads, CompiledCatalog } from './compiled.ts';
import type { Definition, ExperienceDefinition, Finding, OfferDefinition } from './definition.ts';
import { definitionsOfKind } from './definitions-of-kind.ts';
import { isAcceptable } from './finding.ts';
import type { Move, PinnedJourney } from './journey-catalog.ts';
import { limitCounterOf } from './load-experience.ts';
import { accountFactOf } from './load-offer.ts';
import { answerCounterOf } from './load-question.ts';
import { offerRule } from './offer-rule.ts';
import { parseAccepted } from './parse-conditions.ts';
import { useCountersOf } from './use-counters.ts';
import { writtenConditions } from './written-conditions.ts';

export type { CompiledCatalog } from './compiled.ts';

export interface CompileOptions {
  readonly version: number;
  /** Milliseconds since 1970. */
  readonly publishedAt: number;
  /** Facts of recent visitors: they make the rule sets quicker, and the lint sees whom a claim would reach. */
  readonly samples?: readonly Facts[];
  /** Publishes over the lint's errors; never over a definition that can't be compiled. */
  readonly force?: boolean;
  /** Definitions of earlier versions that people are in flight on. */
  readonly pinned?: readonly PinnedJourney[];
  /** Where the publisher moves those in flight. */
  readonly moves?: readonly Move[];
}

export interface Compilation {
  /** Null where an error stands in the way. */
  readonly catalog: CompiledCatalog | null;
  /** By kind, id and path, whatever the order of the definitions. */
  readonly findings: readonly Finding[];
}

/**
 * Compiles definitions that `parseDefinitions` accepted into what decisions run on, and says all that is wrong or
 * doubtful about them. Never throws.
 */
export const compileCatalog = (definitions: readonly Definition[], options: CompileOptions): Compilation => {
  const analysis = analyse(definitions, options.samples ?? []);
  const { findings } = analysis;
  if (!findings.every((finding) => isAcceptable(finding, options.force ?? false))) {
    return { catalog: null, findings };
  }
  const experiences = definitionsOfKind(definitions, 'experience');
  const offers = definitionsOfKind(definitions, 'offer');
  const conditionAt = (definition: Definition, path: string): Condition =>
    analysis.conditionsOf(definition).get(path) ?? always;
  const build = (conditions: readonly Condition[]) =>
    buildRuleSet(conditions, {
      segments: analysis.segments,
      ...(options.samples === undefined ? {} : { samples: options.samples }),
    });
  const ruleOf = (offer: OfferDefinition): Condition =>
    offerRule(
      conditionAt(offer, 'where'),
      targetOf(offer) === 'lines' ? conditionAt(offer, 'lines') : always,
    );
  const assembly: Assembly = {
    version: options.version,
    publishedAt: options.publishedAt,
    definitions,
    segments: analysis.segments,
    images: {
      experiences: build(experiences.map((experience) => conditionAt(experience, 'where'))),
      offers: build(offers.map(ruleOf)),
    },
    counters: collectCounters([
      ...countersOf(definitions, analysis),
      ...pinnedCounters(options.pinned ?? []),
    ]),
    reads: readsOf(experiences, offers, analysis),
    conditionAt,
    pinned: options.pinned ?? [],
    moves: options.moves ?? [],
  };
  return { catalog: assemble(assembly), findings };
};

/** Every counter that any condition or limit asks for; those of kinds that don't run yet gather history too. */
const countersOf = (definitions: readonly Definition[], analysis: Analysis): readonly CounterSpec[] =>
  collectCounters(
    definitions.flatMap((definition) => {
      const counters = [...analysis.conditionsOf(definition).values()].flatMap(
        (condition) => condition.counters,
      );
      const limit = definition.kind === 'experience' ? limitCounterOf(definition) : null;
      if (definition.kind === 'question') return [...counters, answerCounterOf(definition)];
      if (definition.kind === 'offer') return [...counters, ...usesOf([definition])];
      return limit === null ? counters : [...counters, limit];
    }),
  );

/** The counters of what one person has of offers. */
const usesOf = (offers: readonly OfferDefinition[]): readonly CounterSpec[] =>
  offers
    .map(useCountersOf)
    .filter((counters) => counters !== null)
    .flatMap(({ redeemed, returned }) => [redeemed, returned]);

/** Counters of earlier definitions that people are in flight on: their history goes on. */
const pinnedCounters = (pinned: readonly PinnedJourney[]): readonly CounterSpec[] =>
  pinned.flatMap(({ definition }) =>
    writtenConditions(definition).flatMap(({ document, roots }) => parseAccepted(document, roots).counters),
  );

const readsOf = (
  experiences: readonly ExperienceDefinition[],
  offers: readonly OfferDefinition[],
  analysis: Analysis,
): CatalogReads => {
  const conditions = [
    ...[...experiences, ...offers].flatMap((definition) => [...analysis.conditionsOf(definition).values()]),
    ...analysis.segments.values(),
  ];
  const consents = experiences.flatMap(({ consent }) =>
    consent === undefined ? [] : [`visitor.consents.${consent}`],
  );
  const prices = offers.map(({ reward }) => accountFactOf(reward)).filter((fact) => fact !== null);
  const limits = experiences.map(limitCounterOf).filter((counter) => counter !== null);
  return {
    facts: new Set([...conditions.flatMap((condition) => condition.facts), ...consents, ...prices].sort()),
    templateFacts: new Set([...analysis.templateFacts].sort()),
    counters: new Set(
      [...conditions.flatMap((condition) => condition.counters), ...limits, ...usesOf(offers)]
        .map(({ id }) => id)
        .sort(),
    ),
  };
};
