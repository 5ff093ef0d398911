import { CfnRegistry, CfnSchema } from 'aws-cdk-lib/aws-eventschemas';
import { Construct } from 'constructs';
import * as z from 'zod';
import { BUS_SOURCE } from '../../lib/contracts/bus.ts';
import {
  BUSINESS_EVENT,
  type BusEventContract,
  EMITTED_EVENT,
  NAMED_EVENTS,
  PUBLISHED_EVENT,
} from '../../lib/contracts/bus-events.ts';
import { requireImpact } from './impact.ts';

export interface EventSchemasProps {
  /** One sentence: what a customer notices while it fails. */
  readonly impact: string;
  /** What the registry is called in AWS. */
  readonly name: string;
}

/** `wend@OfferGranted`: as EventBridge itself calls what it discovers on a bus. */
const nameOf = (source: string, detailType: string): string => `${source}@${detailType.replaceAll(' ', '')}`;

/** What stands on the bus, by the name under which the registry lists it. */
const EVENTS: readonly (readonly [name: string, event: BusEventContract])[] = [
  ...NAMED_EVENTS.map((event) => [nameOf(BUS_SOURCE, event.detailType ?? ''), event] as const),
  [nameOf(BUS_SOURCE, 'Published Event'), PUBLISHED_EVENT],
  [nameOf(BUS_SOURCE, 'Emitted Event'), EMITTED_EVENT],
  ['CloudEvent', BUSINESS_EVENT],
];

const oneOf = (text: string | undefined) => (text === undefined ? z.string() : z.literal(text));

/** As EventBridge takes it: JSON Schema of the whole entry, of which the functions parse the same zod schema. */
const contentOf = ({ source, detailType, detail }: BusEventContract): string =>
  JSON.stringify(
    // Free objects are checked by functions, of which no schema knows.
    z.toJSONSchema(z.object({ source: oneOf(source), 'detail-type': oneOf(detailType), detail }), {
      target: 'draft-4',
      unrepresentable: 'any',
    }),
  );

/** Schemas of what is on the bus, in EventBridge's registry: whoever writes a rule or a target sees what they get. */
export class EventSchemas extends Construct {
  readonly impact: string;

  constructor(scope: Construct, id: string, props: EventSchemasProps) {
    super(scope, id);
    this.impact = requireImpact(id, props.impact);
    const registry = new CfnRegistry(this, 'Registry', {
      registryName: props.name,
      description: this.impact,
    });
    for (const [name, event] of EVENTS) {
      new CfnSchema(this, name, {
        registryName: registry.attrRegistryName,
        schemaName: name,
        description: event.says,
        type: 'JSONSchemaDraft4',
        content: contentOf(event),
      });
    }
  }
}
