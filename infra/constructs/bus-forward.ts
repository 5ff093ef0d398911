import { EventBus, Match, Rule } from 'aws-cdk-lib/aws-events';
import { EventBus as BusTarget } from 'aws-cdk-lib/aws-events-targets';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { requireImpact } from './impact.ts';
import { LaidAside } from './laid-aside.ts';

export interface BusForwardProps {
  /** One sentence: what a customer notices while it fails. */
  readonly impact: string;
  /** What the bus of this Region is called in AWS. */
  readonly name: string;
  /** The bus that everything goes to. */
  readonly toArn: string;
  /** What the queue for what can't be delivered is called in AWS. */
  readonly undelivered: string;
  /** Whether messages outlive the stack. */
  readonly retain: boolean;
}

/** A bus all of whose events go to a bus of another Region: what was taken here is durable here, while that one is away. */
export class BusForward extends Construct {
  readonly impact: string;
  /** Events that could not be handed over in a day. */
  readonly undelivered: LaidAside;

  constructor(scope: Construct, id: string, props: BusForwardProps) {
    super(scope, id);
    this.impact = requireImpact(id, props.impact);
    this.undelivered = new LaidAside(this, 'Undelivered', { name: props.undelivered, retain: props.retain });
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('events.amazonaws.com') });
    role.addToPrincipalPolicy(
      new PolicyStatement({ actions: ['events:PutEvents'], resources: [props.toArn] }),
    );
    new Rule(this, 'Rule', {
      description: this.impact,
      eventBus: new EventBus(this, 'Bus', {
        eventBusName: props.name,
        description: 'What visitors did here',
      }),
      eventPattern: { source: Match.prefix('') },
      targets: [
        new BusTarget(EventBus.fromEventBusArn(this, 'Home', props.toArn), {
          role,
          // After a day, and 185 times, which is what EventBridge does where nothing else is said.
          deadLetterQueue: this.undelivered,
        }),
      ],
    });
  }
}
