import type { EndedJourney, JourneyInstance } from '../journey/instance.ts';
import type { OfferDefinition } from './definition.ts';
import type { JourneyDefinition } from './journey-definition.ts';
import { CompiledJourney } from './load-journey.ts';

/** A definition of an earlier version that people may still be in. */
export interface PinnedJourney {
  readonly fingerprint: string;
  readonly definition: JourneyDefinition;
}

/** Where the publisher moved those in flight: from `<journeyId>.<stepId>` to another, of all who entered before. */
export interface Move {
  /** The version that it was published with; who entered with an earlier one moves. */
  readonly version: number;
  readonly from: string;
  readonly to: string;
}

/** What a catalog says of journeys: its own, and those of earlier versions that it carries. */
export interface JourneyCatalog {
  /** Ordered by priority, highest first, then by id. */
  readonly journeys: readonly CompiledJourney[];
  readonly byId: ReadonlyMap<string, CompiledJourney>;
  /** By the name of the event that brings visitors in. */
  readonly enteredBy: ReadonlyMap<string, readonly CompiledJourney[]>;
  /** Those that a segment brings visitors into. */
  readonly enteredBySegment: readonly CompiledJourney[];
  readonly pinned: readonly PinnedJourney[];
  readonly moves: readonly Move[];
  /** Those of the present version that an event of a name may end, or bring to their goal. */
  readonly endedBy: (name: string) => readonly CompiledJourney[];
  /** Whether any journey, one of an earlier version included, reacts to events of a name. */
  readonly hears: (name: string) => boolean;
  /** The definition that an instance runs on; null where its journey was removed. */
  readonly find: (
    instance: Pick<JourneyInstance | EndedJourney, 'journeyId' | 'definition'>,
  ) => CompiledJourney | null;
  /** Where the publisher moved an instance; null where it stays. */
  readonly moveOf: (
    instance: Pick<JourneyInstance, 'journeyId' | 'stepId' | 'catalogVersion'>,
  ) => { readonly journeyId: string; readonly stepId: string } | null;
}

/** Puts together what is known of journeys. */
export const loadJourneys = (
  definitions: readonly JourneyDefinition[],
  offers: readonly OfferDefinition[],
  pinned: readonly PinnedJourney[],
  moves: readonly Move[],
): JourneyCatalog => {
  const offerById = new Map(offers.map((offer) => [offer.id, offer]));
  const journeys = definitions
    .map((definition) => new CompiledJourney(definition, offerById))
    .sort((a, b) => b.priority - a.priority || (a.id < b.id ? -1 : 1));
  const byId = new Map(journeys.map((journey) => [journey.id, journey]));
  const enteredBy = new Map<string, CompiledJourney[]>();
  for (const journey of journeys) {
    for (const name of journey.entersOn) {
      const entered = enteredBy.get(name) ?? [];
      enteredBy.set(name, entered);
      entered.push(journey);
    }
  }
  const older = new Map<string, CompiledJourney>();
  for (const { fingerprint, definition } of pinned) {
    older.set(`${definition.id}\n${fingerprint}`, new CompiledJourney(definition, offerById));
  }
  let heard: ReadonlySet<string> | null = null;
  const enders = new Map<string, readonly CompiledJourney[]>();
  const hears = (name: string): boolean => {
    heard ??= new Set(
      [...journeys, ...older.values()].flatMap(({ names, entersOn }) => [...names, ...entersOn]),
    );
    return heard.has(name);
  };
  return {
    journeys,
    byId,
    endedBy: (name) => {
      const known = enders.get(name);
      if (known !== undefined || !hears(name)) return known ?? [];
      const found = journeys.filter(
        ({ exits, goal }) => exits.some(({ on }) => on.has(name)) || goal?.on.has(name) === true,
      );
      enders.set(name, found);
      return found;
    },
    hears,
    enteredBy,
    enteredBySegment: journeys.filter(({ segment }) => segment !== null),
    pinned,
    moves,
    find: ({ journeyId, definition }) => {
      const current = byId.get(journeyId);
      if (current === undefined || current.fingerprint === definition) return current ?? null;
      // Of a definition that nobody was thought to be in any more, the present one is the nearest.
      return older.get(`${journeyId}\n${definition}`) ?? current;
    },
    moveOf: ({ journeyId, stepId, catalogVersion }) => {
      if (stepId === null || moves.length === 0) return null;
      const place = `${journeyId}.${stepId}`;
      const move = moves.findLast(({ version, from }) => from === place && catalogVersion < version);
      const [toJourney, toStep] = move?.to.split('.', 2) ?? [];
      return toJourney === undefined || toStep === undefined
        ? null
        : { journeyId: toJourney, stepId: toStep };
    },
  };
};
