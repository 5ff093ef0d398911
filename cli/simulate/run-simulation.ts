import type { CompiledCatalog } from '../../lib/domain/catalog/compiled.ts';
import type { PlacementRequest } from '../../lib/domain/decision/request.ts';
import { groupByAcquaintance } from '../../lib/domain/simulation/acquaintances.ts';
import { createSimulation } from '../../lib/domain/simulation/simulate.ts';
import { type EventFormat, readRecordedEvents } from '../events/read-events.ts';
import type { SimulationFile } from './report-schema.ts';

/** Events at which a page usually asks what to show. */
export const PAGE_EVENTS = ['Page Viewed', 'Screen Viewed', 'Product Viewed', 'Cart Viewed'] as const;

export interface SimulationInput {
  readonly catalog: CompiledCatalog;
  readonly events: string;
  readonly format: EventFormat;
  /** Of prices in a CSV; ISO 4217. */
  readonly currency: string;
  readonly decideOn: readonly string[];
  /** Null: every placement that the catalog's experiences name, with room for one item. */
  readonly placements: readonly PlacementRequest[] | null;
  readonly channel: string | null;
  /** @param share - 0 to 1 */
  readonly onProgress: (stage: 'Reading' | 'Playing', share: number) => void;
}

/** Broken lines that the report lists; all are counted. */
const MAX_LISTED = 1000;
/** Groups of people between two looks at the progress. */
const STRIDE = 512;

/**
 * Plays recorded events to a catalog.
 *
 * @throws what reading the file throws
 */
export const runSimulation = async (input: SimulationInput): Promise<SimulationFile> => {
  const { catalog, format, decideOn, channel, onProgress } = input;
  const recorded = await readRecordedEvents(input.events, {
    format,
    currency: input.currency,
    onProgress: (share) => onProgress('Reading', share),
  });
  const placements =
    input.placements ?? [...catalog.placements.keys()].sort().map((id) => ({ id, limit: 1 }));
  const { events, broken, lines } = recorded;
  const until = events.reduce((latest, { at }) => Math.max(latest, at), 0);
  const simulation = createSimulation({ catalog, decideOn: new Set(decideOn), placements, channel, until });
  let played = 0;
  for (const [index, group] of groupByAcquaintance(events).entries()) {
    simulation.play(group);
    played += group.length;
    if (index % STRIDE === 0) onProgress('Playing', played / events.length);
  }
  return {
    ...simulation.report(),
    input: {
      format,
      lines,
      events: events.length,
      decideOn: [...decideOn],
      placements: placements.map(({ id, limit }) => ({ id, limit })),
      channel,
      definitions: catalog.definitions.length,
    },
    brokenLines: { count: broken.length, listed: broken.slice(0, MAX_LISTED) },
  };
};
