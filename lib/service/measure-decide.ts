import type { Metrics } from '../runtime/metrics.ts';
import { createDecider, type DecideDeps, type Decider } from './decide.ts';

/** A decider ({@link createDecider}) that reports how long a decision took, phase by phase, and by which catalog. */
export const createMeasuredDecider = (metrics: Metrics, deps: DecideDeps): Decider => {
  const decide = createDecider({
    ...deps,
    read: metrics.timed('DecideReadMilliseconds', deps.read),
    catalogs: metrics.timed('DecideCatalogMilliseconds', deps.catalogs),
    bus: { put: metrics.timed('DecideIngestMilliseconds', deps.bus.put) },
    record: metrics.timed('DecideRecordMilliseconds', deps.record),
    onDegraded: (reason, error) => {
      metrics.add({ DecisionsDegraded: 1 });
      deps.onDegraded(reason, error);
    },
  });
  return metrics.timed('DecideMilliseconds', decide, ({ catalogVersion }) => ({
    CatalogVersion: catalogVersion,
  }));
};
