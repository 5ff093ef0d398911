import { CfnOutput } from 'aws-cdk-lib';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { type QueueName, queueVariable } from '../../lib/contracts/queues.ts';
import { ROUTES } from '../../lib/contracts/routes.ts';
import { WendApi } from '../constructs/api.ts';
import { EdgeSecrets } from '../constructs/edge-secrets.ts';
import { allowOperators } from '../constructs/operators.ts';
import { FUNCTIONS } from '../functions.ts';
import { EDGE_REGION, queueArn } from '../names.ts';
import { FunctionMaker, type Surroundings } from './function-maker.ts';
import { HouseStack } from './house-stack.ts';

export interface ApiStackProps extends Omit<Surroundings, 'edgeSecrets'> {
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
    const functions = new FunctionMaker(this, { ...props, edgeSecrets: this.#edgeSecrets()?.value });
    const { api, logs, data } = this.config;
    this.api = new WendApi(this, 'Api', {
      impact: 'Shops, apps and agents get no answer at all: pages show their own defaults.',
      routes: ROUTES,
      functionOf: (name) => functions.of(name),
      fallback: 'describe-service',
      limits: api.limits,
      domain: api.domain,
      logRetention: logs.retentionDays,
      retain: data.retain,
    });
    for (const [name, made] of functions.made) {
      if (FUNCTIONS[name].needs?.includes('operators')) allowOperators(made, this.config.operators);
      for (const queue of FUNCTIONS[name].sends) {
        const { queueUrl } = props.queueOf(queue);
        made.maySend({ queueArn: queueArn(this, this.named(queue)), queueUrl }, queueVariable(queue));
      }
    }
    this.#outputs();
  }

  /** What the edge proves itself by, where one stands in front. */
  #edgeSecrets(): EdgeSecrets | undefined {
    const { edge, region, data } = this.config;
    if (edge === null) return undefined;
    return new EdgeSecrets(this, 'EdgeSecrets', {
      impact: 'Every request is refused until the edge and the functions know the same secret again.',
      nameOf: (number) => this.named(`edge-${number}`),
      rotation: edge.rotation,
      replicateTo: region === EDGE_REGION ? undefined : EDGE_REGION,
      retain: data.retain,
    });
  }

  #outputs(): void {
    const { api, domain } = this.api;
    const name = this.config.api.domain?.name;
    new CfnOutput(this, 'Url', {
      value: name === undefined ? api.apiEndpoint : `https://${name}`,
      description:
        this.config.edge === null ? 'Where clients call the service' : 'Where the edge calls the API',
    });
    if (domain === null || name === undefined) return;
    new CfnOutput(this, 'DnsTarget', {
      value: domain.regionalDomainName,
      description: `What the name ${name} has to point to, by an alias or a CNAME`,
    });
  }
}
