import type { CompiledCatalog } from '../catalog/compiled.ts';
import { compiledQuestion } from '../catalog/load-question.ts';
import { onceFor } from '../once-for.ts';
import { type Duration, parseDuration } from '../time/duration.ts';
import type { Profile } from '../visitor/profile.ts';
import { contentOf, journeyShowsOf } from './journey-shows.ts';
import { labelOf } from './list-offers.ts';
import type { DecisionRequest } from './request.ts';
import { claimableOffers } from './ways-to-offers.ts';

/** What can be read below one root, such as `visitor.traits`. */
export interface ReadsBelow {
  /** The root itself is read, and so everything below it. */
  readonly whole: boolean;
  /** First parts of the paths below the root. */
  readonly names: ReadonlySet<string>;
  /** The paths below the root, for keys that have a dot in them. */
  readonly paths: readonly string[];
  /** Liquid's `size` of an object that has no such key is the number of its keys. */
  readonly counted: boolean;
}

/** What can be read of a profile, sorted out. */
export interface ProfileReads {
  readonly traits: ReadsBelow;
  readonly preferences: ReadsBelow;
  readonly consents: ReadsBelow;
  readonly household: ReadsBelow;
  readonly account: ReadsBelow;
  /** Counter ids, and whether somebody asks for all that was ever counted. */
  readonly counters: ReadonlyMap<string, boolean>;
  /** Every window that any counter may be asked for. */
  readonly windows: readonly Duration[];
}

const readsBelow = (root: string, facts: readonly string[]): ReadsBelow => {
  const paths = facts
    .filter((fact) => fact.startsWith(`${root}.`))
    .map((fact) => fact.slice(root.length + 1));
  return {
    whole: facts.some((fact) => fact === root || root.startsWith(`${fact}.`)),
    names: new Set(paths.map((path) => path.split('.', 1)[0] ?? '')),
    paths,
    counted: paths.includes('size'),
  };
};

const WINDOWS: ReadonlySet<string> = new Set(['within', 'per', 'again']);

/** Durations written as a count's `within`, a limit's `per` or a question's `again`, anywhere in a document. */
const collectWindows = (document: unknown, found: Map<string, Duration>): void => {
  if (typeof document !== 'object' || document === null) return;
  for (const [key, value] of Object.entries(document)) {
    const window = WINDOWS.has(key) && typeof value === 'string' && parseDuration(value);
    if (window) found.set(window.text, window);
    else collectWindows(value, found);
  }
};

/** What a catalog reads in any decision: for its explanation it also asks why somebody is not in a journey. */
interface CatalogFacts {
  readonly facts: readonly string[];
  readonly counters: ProfileReads['counters'];
  readonly windows: readonly Duration[];
}

const factsReadBy = (catalog: CompiledCatalog): CatalogFacts => {
  const { reads } = catalog;
  const entries = catalog.journeys.journeys.map((journey) => journey.conditionAt('enter.where'));
  const asked = new Set(reads.counters);
  for (const { id } of entries.flatMap(({ counters }) => counters)) asked.add(id);
  for (const question of catalog.questions.values()) asked.add(compiledQuestion(question).answered.id);
  const windows = new Map<string, Duration>();
  collectWindows(catalog.definitions, windows);
  const counters = [...catalog.countersByEvent.values()].flat().filter(({ id }) => asked.has(id));
  return {
    facts: [...reads.facts, ...reads.templateFacts, ...entries.flatMap(({ facts }) => facts)],
    counters: new Map(counters.map(({ id, window }) => [id, window === null])),
    windows: [...windows.values()],
  };
};

const sortOut = ({ facts, counters, windows }: CatalogFacts): ProfileReads => ({
  traits: readsBelow('visitor.traits', facts),
  preferences: readsBelow('visitor.preferences', facts),
  consents: readsBelow('visitor.consents', facts),
  household: readsBelow('visitor.household', facts),
  account: readsBelow('account', facts),
  counters,
  windows,
});

interface KnownReads extends CatalogFacts {
  readonly sorted: ProfileReads;
}

const knownReads = onceFor((catalog: CompiledCatalog): KnownReads => {
  const facts = factsReadBy(catalog);
  return { ...facts, sorted: sortOut(facts) };
});

/** What a decision reads of a profile. */
export interface DecisionReads {
  readonly reads: ProfileReads;
  /** Facts that the visitor's own journeys, questions and granted offers print. */
  readonly contentFacts: readonly string[];
}

/**
 * What this catalog reads of this profile when it answers this request.
 *
 * @param request - as it was made: where it names an account, that one is read and not the visitor's own
 */
export const readsOfDecision = (
  profile: Profile,
  request: Pick<DecisionRequest, 'placements'>,
  catalog: CompiledCatalog,
): DecisionReads => {
  const reads = knownReads(catalog);
  const contentFacts = contentFactsOf(profile, request, catalog);
  return contentFacts.length === 0
    ? { reads: reads.sorted, contentFacts }
    : { reads: sortOut({ ...reads, facts: [...reads.facts, ...contentFacts] }), contentFacts };
};

const contentFactsOf = (
  profile: Profile,
  { placements }: Pick<DecisionRequest, 'placements'>,
  catalog: CompiledCatalog,
): readonly string[] => {
  const shows = [...journeyShowsOf(profile, placements).values()].flat();
  const questions = profile.journeys
    .flatMap(({ asks }) => asks.map(({ questionId }) => catalog.questions.get(questionId)))
    .filter((question) => question !== undefined)
    .map(compiledQuestion);
  const offers = profile.grants
    .map(({ offerId }) => catalog.offerById.get(offerId))
    .filter((offer) => offer !== undefined);
  const contents = [
    ...shows.map((show) => contentOf(show, catalog)),
    ...questions.map(({ content }) => content),
    ...[...offers, ...claimableOffers(catalog)].map(labelOf),
  ];
  return [
    ...contents.flatMap((content) => (content?.ok === true ? content.template.facts : [])),
    ...questions.flatMap(({ changes }) => changes.map((change) => `visitor.${change}`)),
  ];
};
