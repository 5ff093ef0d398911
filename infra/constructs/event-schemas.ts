import { CfnRegistry, CfnSchema } from 'aws-cdk-lib/aws-eventschemas';
import { Construct } from 'constructs';
import * as z from 'zod';
import { BUS_SOURCE, EVENTS_RECEIVED, eventsReceivedSchema } from '../../lib/contracts/bus.ts';
import { cloudEventSchema } from '../../lib/contracts/http/business-events.ts';
import { requireImpact } from './impact.ts';

export interface EventSchemasProps {
  /** One sentence: what a customer notices while it fails. */
  readonly impact: string;
  /** What the registry is called in AWS. */
  readonly name: string;
}

/** What stands on the bus, by the name under which EventBridge lists it. */
const EVENTS = {
  [`${BUS_SOURCE}@EventsReceived`]: {
    type: z.object({ source: z.literal(BUS_SOURCE), 'detail-type': z.literal(EVENTS_RECEIVED) }),
    detail: eventsReceivedSchema,
    says: 'What one visitor did, in one request',
  },
  CloudEvent: {
    type: z.object({ source: z.string(), 'detail-type': z.string() }),
    detail: cloudEventSchema,
    says: 'A business event, put on the bus by a system of the shop',
  },
} as const;

/** As EventBridge takes it: JSON Schema of the whole entry, of which the functions parse the same zod schema. */
const contentOf = ({ type, detail }: (typeof EVENTS)[keyof typeof EVENTS]): string =>
  JSON.stringify(
    // Free objects are checked by functions, of which no schema knows.
    z.toJSONSchema(type.extend({ detail }), { target: 'draft-4', unrepresentable: 'any' }),
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
    for (const [name, event] of Object.entries(EVENTS)) {
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
