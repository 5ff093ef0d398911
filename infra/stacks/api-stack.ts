import { CfnOutput } from 'aws-cdk-lib';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { type QueueName, queueVariable } from '../../lib/contracts/queues.ts';
import { ROUTES } from '../../lib/contracts/routes.ts';
import { WendApi } from '../constructs/api.ts';
import { FUNCTIONS } from '../functions.ts';
import { queueArn } from '../names.ts';
import { FunctionMaker, type Surroundings } from './function-maker.ts';
import { HouseStack } from './house-stack.ts';

export interface ApiStackProps extends Surroundings {
  readonly queueOf: (name: QueueName) => Queue;
}

/** The door: what shops, apps, agents and operators call, and the functions that answer. */
export class ApiStack extends HouseStack {
  readonly api: WendApi;

  constructor(scope: Construct, props: ApiStackProps) {
    super(scope, 'api', {
      config: props.config,
      description: 'what shops, apps and agents call',
      holdsData: false,
    });
    const functions = new FunctionMaker(this, props);
    const { api, logs, data } = this.config;
    this.api = new WendApi(this, 'Api', {
      impact: 'Shops, apps and agents get no answer at all: pages show their own defaults.',
      routes: ROUTES,
      functionOf: (name) => functions.of(name),
      fallback: 'describe-service',
      limits: api.limits,
      logRetention: logs.retentionDays,
      retain: data.retain,
    });
    for (const [name, made] of functions.made) {
      for (const queue of FUNCTIONS[name].sends) {
        const { queueUrl } = props.queueOf(queue);
        made.maySend({ queueArn: queueArn(this, this.named(queue)), queueUrl }, queueVariable(queue));
      }
    }
    new CfnOutput(this, 'Url', {
      value: this.api.api.apiEndpoint,
      description: 'Where clients call the service',
    });
  }
}
