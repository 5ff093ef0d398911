import type { CompiledCatalog } from './compiled.ts';
import type { Definition } from './definition.ts';
import { definitionsOfKind } from './definitions-of-kind.ts';
import { loadJourneys, type Move, type PinnedJourney } from './journey-catalog.ts';
import { CompiledJourney } from './load-journey.ts';
import { placedStepsOf } from './walk-steps.ts';

/** Earlier definitions of one journey that a version carries; whoever entered with an older one goes on with the newest. */
const MAX_PINNED = 20;

/** What a new version takes over from those that visitors get now. */
export interface Carried {
  readonly pinned: readonly PinnedJourney[];
  readonly moves: readonly Move[];
}

/** A place of a mapping that is not there. */
export interface MappingError {
  /** The key in the mapping. */
  readonly from: string;
  readonly message: string;
}

/**
 * The earlier definitions of its journeys that people may be in flight on, and the publisher's moves. A journey that is
 * not in the new version is not carried: it ends cleanly.
 *
 * @param bases - the versions that visitors get now
 * @param mapping - from `<journeyId>.<stepId>` to another of the new version
 * @param version - of the new one
 */
export const carryJourneys = (
  bases: readonly CompiledCatalog[],
  definitions: readonly Definition[],
  mapping: { readonly [from: string]: string },
  version: number,
): Carried => {
  const current = new Map(
    definitionsOfKind(definitions, 'journey').map((definition) => [
      definition.id,
      new CompiledJourney(definition, new Map()).fingerprint,
    ]),
  );
  const carried = new Map<string, PinnedJourney>();
  const perJourney = new Map<string, number>();
  const pin = (journey: PinnedJourney): void => {
    const { id } = journey.definition;
    const name = `${id}\n${journey.fingerprint}`;
    const count = perJourney.get(id) ?? 0;
    if (!current.has(id) || current.get(id) === journey.fingerprint) return;
    if (carried.has(name) || count >= MAX_PINNED) return;
    perJourney.set(id, count + 1);
    carried.set(name, journey);
  };
  // The newest first: of too many the oldest are left behind.
  for (const { journeys } of bases) {
    for (const { fingerprint, definition } of journeys.journeys) pin({ fingerprint, definition });
  }
  for (const { journeys } of bases) for (const journey of journeys.pinned) pin(journey);
  const places = placesOf(definitions);
  const moves = [
    ...new Map(
      bases.flatMap(({ journeys }) => journeys.moves).map((move) => [`${move.version} ${move.from}`, move]),
    ).values(),
  ].filter(({ to }) => places.has(to));
  return {
    pinned: [...carried.values()],
    moves: [...moves, ...Object.entries(mapping).map(([from, to]) => ({ version, from, to }))],
  };
};

/**
 * A version that was activated again, with the definitions of newer ones that people entered with meanwhile: a
 * roll-back moves nobody in flight.
 */
export const withCarried = (active: CompiledCatalog, newer: readonly CompiledCatalog[]): CompiledCatalog => {
  if (newer.length === 0) return active;
  const { definitions, journeys, version } = active;
  const { pinned } = carryJourneys([...newer, active], definitions, {}, version);
  return {
    ...active,
    journeys: loadJourneys(
      definitionsOfKind(definitions, 'journey'),
      definitionsOfKind(definitions, 'offer'),
      pinned,
      journeys.moves,
    ),
  };
};

const placesOf = (definitions: readonly Definition[]): ReadonlySet<string> =>
  new Set(
    definitionsOfKind(definitions, 'journey').flatMap((journey) =>
      placedStepsOf(journey).map(({ step }) => `${journey.id}.${step.id}`),
    ),
  );

/** What of a mapping leads from or to a step that does not exist. */
export const checkMapping = (
  bases: readonly CompiledCatalog[],
  definitions: readonly Definition[],
  mapping: { readonly [from: string]: string },
): readonly MappingError[] => {
  const to = placesOf(definitions);
  const from = placesOf(
    bases.flatMap(({ definitions: published, journeys }) => [
      ...published,
      ...journeys.pinned.map(({ definition }) => definition),
    ]),
  );
  return Object.entries(mapping).flatMap(([place, target]): readonly MappingError[] => {
    if (!from.has(place)) {
      return [{ from: place, message: `expected a step that people may be in, as <journeyId>.<stepId>` }];
    }
    return to.has(target)
      ? []
      : [{ from: place, message: `expected a step of the new version, and there is no ${target}` }];
  });
};
