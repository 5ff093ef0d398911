import { Duration } from 'aws-cdk-lib';
import { type EventBus, type EventPattern, Rule } from 'aws-cdk-lib/aws-events';
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import { Construct } from 'constructs';
import { requireImpact } from './impact.ts';
import { LaidAside } from './laid-aside.ts';
import type { QueueConsumer } from './queue-consumer.ts';

export interface BusRuleProps {
  /** One sentence: what a customer notices while it fails. */
  readonly impact: string;
  readonly bus: EventBus;
  /** Which events of the bus it takes. */
  readonly pattern: EventPattern;
  readonly to: QueueConsumer;
  /** What the queue for what can't be delivered is called in AWS. */
  readonly undelivered: string;
  /** Whether messages outlive the stack. */
  readonly retain: boolean;
}

/**
 * Bus → rule → queue. What the rule can't deliver is laid aside apart from what the consumer can't take: the first
 * says that delivery is broken, the second that an event or the code is.
 */
export class BusRule extends Construct {
  readonly impact: string;
  /** Events that the bus could not hand to the queue. */
  readonly undelivered: LaidAside;

  constructor(scope: Construct, id: string, props: BusRuleProps) {
    super(scope, id);
    this.impact = requireImpact(id, props.impact);
    this.undelivered = new LaidAside(this, 'Undelivered', { name: props.undelivered, retain: props.retain });
    new Rule(this, 'Rule', {
      description: this.impact,
      eventBus: props.bus,
      eventPattern: props.pattern,
      targets: [
        new SqsQueue(props.to.queue, {
          deadLetterQueue: this.undelivered,
          maxEventAge: Duration.hours(24),
          retryAttempts: 185,
        }),
      ],
    });
  }
}
