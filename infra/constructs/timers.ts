import { Stack, Token, Validations } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnScheduleGroup } from 'aws-cdk-lib/aws-scheduler';
import { Construct } from 'constructs';
import { requireImpact } from './impact.ts';
import type { QueueConsumer } from './queue-consumer.ts';
import type { WendFunction } from './wend-function.ts';

export interface TimersProps {
  /** One sentence: what a customer notices while it fails. */
  readonly impact: string;
  /** What the group of schedules is called in AWS. */
  readonly name: string;
  /** Where a timer goes when it fires. */
  readonly to: QueueConsumer;
}

/**
 * Where visitors' one-time schedules live, and the role that the scheduler fires them with: it may send to one queue.
 * The group goes with the stack, whatever is retained: which timer a visitor has is written in the visitor's item, and
 * the sweep arms it anew.
 */
export class Timers extends Construct {
  readonly impact: string;
  readonly group: CfnScheduleGroup;
  readonly role: Role;
  readonly #to: QueueConsumer;

  constructor(scope: Construct, id: string, props: TimersProps) {
    super(scope, id);
    this.impact = requireImpact(id, props.impact);
    this.#to = props.to;
    // Not the construct above it, which hands its name out as text: then nobody would wait for the group to be there.
    this.group = new CfnScheduleGroup(this, 'Group', { name: props.name });
    this.role = new Role(this, 'Role', {
      description: 'EventBridge Scheduler puts timers that fired into their queue',
      assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
        conditions: {
          // Else a schedule of another account, or group, could be made to send with it.
          StringEquals: {
            'aws:SourceAccount': Stack.of(this).account,
            'aws:SourceArn': this.group.attrArn,
          },
        },
      }),
    });
    this.role.addToPrincipalPolicy(
      new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [this.#to.queue.queueArn] }),
    );
  }

  /** Lets a function make schedules of this group, which delete themselves, and tells it where and as whom. */
  armedBy(made: WendFunction): void {
    made.allow(
      new PolicyStatement({
        actions: ['scheduler:CreateSchedule'],
        // A schedule is named by visitor and generation: the names can't be known here, the group can.
        resources: [
          Stack.of(this).formatArn({
            service: 'scheduler',
            resource: 'schedule',
            resourceName: `${this.group.ref}/*`,
          }),
        ],
      }),
    );
    Validations.of(made.role).acknowledge({
      id: `AwsSolutions-IAM5[Resource::${this.#schedulesAsFound()}]`,
      reason: 'A schedule is named by visitor and generation: the names can’t be known here, the group can.',
    });
    made.allow(
      new PolicyStatement({
        actions: ['iam:PassRole'],
        resources: [this.role.roleArn],
        conditions: { StringEquals: { 'iam:PassedToService': 'scheduler.amazonaws.com' } },
      }),
    );
    made.set('WEND_SCHEDULER_GROUP', this.group.ref);
    made.set('WEND_SCHEDULER_ROLE_ARN', this.role.roleArn);
    made.set('WEND_TIMERS_QUEUE_ARN', this.#to.queue.queueArn);
  }

  /** The ARN of the group's schedules as cdk-nag prints it: what is known when this is deployed only, in angle brackets. */
  #schedulesAsFound(): string {
    const stack = Stack.of(this);
    const shown = (value: string, name: string): string =>
      Token.isUnresolved(value) ? `<AWS::${name}>` : value;
    const place = [
      'arn',
      shown(stack.partition, 'Partition'),
      'scheduler',
      shown(stack.region, 'Region'),
      shown(stack.account, 'AccountId'),
    ];
    return `${place.join(':')}:schedule/<${stack.getLogicalId(this.group)}>/*`;
  }
}
