import type { Duration } from 'aws-cdk-lib';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import { Construct } from 'constructs';
import { requireImpact } from './impact.ts';
import { LaidAside } from './laid-aside.ts';
import type { WendFunction } from './wend-function.ts';

export interface PeriodicRunProps {
  /** One sentence: what a customer notices while it fails. */
  readonly impact: string;
  readonly consumer: WendFunction;
  readonly every: Duration;
  /** What the queue for runs that failed is called in AWS. */
  readonly failed: string;
  /** Whether messages outlive the stack. */
  readonly retain: boolean;
}

/**
 * Clock → function. A run that is late is dropped when the next one is due, and what was dropped is laid aside: there
 * is nothing to put back, but a queue that fills says that nobody sweeps.
 */
export class PeriodicRun extends Construct {
  readonly impact: string;
  /** Runs that could not be started, and runs that failed. */
  readonly failed: LaidAside;

  constructor(scope: Construct, id: string, props: PeriodicRunProps) {
    super(scope, id);
    this.impact = requireImpact(id, props.impact);
    this.failed = new LaidAside(this, 'Failed', { name: props.failed, retain: props.retain });
    const { live } = props.consumer;
    live.configureAsyncInvoke({
      maxEventAge: props.every,
      retryAttempts: 1,
      onFailure: new SqsDestination(this.failed),
    });
    new Rule(this, 'Rule', {
      description: this.impact,
      schedule: Schedule.rate(props.every),
      targets: [
        new LambdaFunction(live, {
          deadLetterQueue: this.failed,
          maxEventAge: props.every,
          retryAttempts: 1,
        }),
      ],
    });
  }
}
