import { Validations } from 'aws-cdk-lib';
import { LambdaApplication, LambdaDeploymentConfig, LambdaDeploymentGroup } from 'aws-cdk-lib/aws-codedeploy';
import { ManagedPolicy, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Alias } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import type { WendConfig } from '../config.ts';
import { requireImpact } from './impact.ts';
import { ALARM_PERIOD, WendAlarm } from './wend-alarm.ts';

/** AWS's own policy for moving aliases. */
const POLICY = 'AWSCodeDeployRoleForLambdaLimited';

/** How a new version takes over from the one before. */
export type CanarySteps = NonNullable<WendConfig['canary']>;

export interface CanaryProps {
  /** One sentence: what a customer notices while it fails. */
  readonly impact: string;
  readonly steps: CanarySteps;
}

/**
 * Hands the traffic of functions over to their new versions step by step, and back by itself as soon as one of the new
 * version's alarms rings.
 */
export class Canary extends Construct {
  readonly impact: string;
  readonly #steps: CanarySteps;
  readonly #application: LambdaApplication;
  readonly #role: Role;

  constructor(scope: Construct, id: string, props: CanaryProps) {
    super(scope, id);
    this.impact = requireImpact(id, props.impact);
    this.#steps = props.steps;
    this.#application = new LambdaApplication(this, 'Application');
    this.#role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('codedeploy.amazonaws.com'),
      managedPolicies: [ManagedPolicy.fromAwsManagedPolicyName(`service-role/${POLICY}`)],
    });
    Validations.of(this.#role).acknowledge({
      id: `AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/${POLICY}]`,
      reason:
        'What CodeDeploy needs to move aliases is the service’s affair and changes with it; only CodeDeploy assumes the role.',
    });
  }

  /**
   * Lets an alias be moved step by step.
   *
   * @param impact - what a customer notices while a new version of this function fails
   */
  guard(alias: Alias, impact: string): void {
    const { alarm } = new WendAlarm(alias, 'Fails', {
      impact,
      heading: 'A new version fails',
      metric: alias.metricErrors({ period: ALARM_PERIOD, statistic: 'Sum' }),
      threshold: 1,
      periods: 1,
    });
    new LambdaDeploymentGroup(alias, 'Deployment', {
      application: this.#application,
      role: this.#role,
      alias,
      deploymentConfig: LambdaDeploymentConfig[this.#steps],
      alarms: [alarm],
    });
  }
}
