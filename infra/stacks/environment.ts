import type { Construct } from 'constructs';
import type { WendConfig } from '../config.ts';
import type { FunctionName } from '../functions.ts';
import { ApiStack } from './api-stack.ts';
import { DataStack } from './data-stack.ts';
import { EdgeStack } from './edge-stack.ts';
import { EventsStack } from './events-stack.ts';
import type { HouseStack } from './house-stack.ts';
import { ObservabilityStack } from './observability-stack.ts';
import { ReplicaStack } from './replica-stack.ts';

/**
 * All stacks of an environment, in the order in which they are deployed.
 *
 * @param bundles - folder of each function's bundle
 */
export const buildEnvironment = (
  scope: Construct,
  config: WendConfig,
  bundles: ReadonlyMap<FunctionName, string>,
): readonly HouseStack[] => {
  const data = new DataStack(scope, config);
  const events = new EventsStack(scope, { config, bundles, streamArn: data.streamArn });
  const api = new ApiStack(scope, {
    config,
    bundles,
    identitySecret: data.identity.value,
    queueOf: (name) => events.queue(name),
  });
  // They know each other by name: that what is named is there first is said here.
  events.addStackDependency(data);
  api.addStackDependency(events);
  const made: HouseStack[] = [data, events, api];
  const { edge, observability } = config;
  if (edge !== null && config.api.domain !== null) {
    const front = new EdgeStack(scope, { config, settings: edge, origin: config.api.domain.name });
    front.addStackDependency(api);
    made.push(front);
  }
  for (const region of config.replicas) {
    const { region: homeRegion } = config;
    if (homeRegion === undefined) throw new Error('replicas have no home Region');
    const replica = new ReplicaStack(scope, { config, bundles, region, homeRegion });
    replica.addStackDependency(events);
    made.push(replica);
  }
  if (observability !== null) {
    made.push(new ObservabilityStack(scope, { config, settings: observability, apiId: api.api.api.apiId }));
  }
  return made;
};
