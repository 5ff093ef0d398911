import { compileCatalog } from '../../../lib/domain/catalog/compile.ts';
import type { CompiledCatalog } from '../../../lib/domain/catalog/compiled.ts';
import type { Definition } from '../../../lib/domain/catalog/definition.ts';
import { groupByAcquaintance } from '../../../lib/domain/simulation/acquaintances.ts';
import { createSimulation, type Simulation } from '../../../lib/domain/simulation/simulate.ts';
import type { VisitorEvent } from '../../../lib/domain/visitor/event.ts';

export const START = Date.UTC(2026, 0, 5, 9);
export const MINUTE = 60_000;

/** A catalog of these definitions; the test fails where they don't compile. */
export const catalogOf = (definitions: readonly Definition[]): CompiledCatalog => {
  const { catalog, findings } = compileCatalog(definitions, { version: 1, publishedAt: 0 });
  if (catalog === null) throw new Error(JSON.stringify(findings));
  return catalog;
};

/** An event at a minute; what a test does not care about is filled in. */
export const at = (minute: number, event: Partial<VisitorEvent>): VisitorEvent => ({
  messageId: `m-${minute}-${event.name ?? 'Product Viewed'}`,
  type: 'track',
  name: 'Product Viewed',
  at: START + minute * MINUTE,
  receivedAt: START + minute * MINUTE,
  ...(event.userId === undefined && event.anonymousId === undefined ? { userId: 'u' } : {}),
  properties: {},
  traits: {},
  context: {},
  ...event,
});

/** A simulation that decides at every view, for all placements of the catalog. */
export const simulationOf = (catalog: CompiledCatalog, decideOn = ['Product Viewed']): Simulation =>
  createSimulation({
    catalog,
    decideOn: new Set(decideOn),
    placements: [...catalog.placements.keys()].map((id) => ({ id, limit: 1 })),
    channel: 'web',
    until: 0,
  });

/** The report after these events. */
export const reportOf = (definitions: readonly Definition[], events: readonly VisitorEvent[]) => {
  const simulation = simulationOf(catalogOf(definitions));
  for (const group of groupByAcquaintance(events)) simulation.play(group);
  return simulation.report();
};
