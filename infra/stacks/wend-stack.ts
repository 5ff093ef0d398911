import { CfnOutput, Stack } from 'aws-cdk-lib';
import { EventBus } from 'aws-cdk-lib/aws-events';
import type { Construct } from 'constructs';
import { ROUTES } from '../../lib/contracts/routes.ts';
import { TABLES } from '../../lib/contracts/tables.ts';
import type { WendConfig } from '../config.ts';
import { WendApi } from '../constructs/api.ts';
import { IdentitySecret } from '../constructs/identity-secret.ts';
import { WendTable } from '../constructs/wend-table.ts';
import type { FunctionName } from '../functions.ts';
import { Events } from './events.ts';
import { FunctionMaker, type Surroundings } from './function-maker.ts';

export interface WendStackProps {
  readonly config: WendConfig;
  /** Folder of each function's bundle. */
  readonly bundles: ReadonlyMap<FunctionName, string>;
}

/** All of Wend in one environment: its memory, its mailbox, its mind and its door. */
export class WendStack extends Stack {
  constructor(scope: Construct, id: string, { config, bundles }: WendStackProps) {
    const { account, region } = config;
    super(scope, id, {
      description: 'Wend: journeys and offers, decided for each visitor',
      terminationProtection: config.data.deletionProtection,
      tags: { application: 'wend', environment: config.environment },
      env: { ...(account === undefined ? {} : { account }), ...(region === undefined ? {} : { region }) },
    });
    const visitors = new WendTable(this, 'Visitors', {
      impact: 'Nobody is remembered: every visitor sees the shop’s defaults.',
      definition: TABLES.visitors,
      ...config.data,
    });
    const log = new WendTable(this, 'Log', {
      impact:
        'No key and no catalog can be read: starting functions answer 503, and no decision can be explained.',
      definition: TABLES.log,
      ...config.data,
    });
    const bus = new EventBus(this, 'Bus', {
      description: 'What visitors did and what Wend decided to do about it',
    });
    const identity = new IdentitySecret(this, 'Identity', {
      impact:
        'Visitors who are logged in on a page or an app are refused until the shop signs with this secret.',
      source: config.identity,
      retain: config.data.retain,
    });
    const around: Surroundings = { config, bundles, visitors, log, bus, identity };
    const functions = new FunctionMaker(this, around);

    const api = new WendApi(this, 'Api', {
      impact: 'Shops, apps and agents get no answer at all: pages show their own defaults.',
      routes: ROUTES,
      functionOf: (name) => functions.of(name),
      fallback: 'describe-service',
      ...config.api,
    });
    new Events(this, 'Events', {
      config,
      bus,
      visitors: visitors.table,
      functionOf: (name) => functions.of(name),
    });
    this.#outputs(api, around);
  }

  #outputs(api: WendApi, { bus, log, identity }: Surroundings): void {
    new CfnOutput(this, 'Url', { value: api.api.apiEndpoint, description: 'Where clients call the service' });
    new CfnOutput(this, 'EventBusName', {
      value: bus.eventBusName,
      description: 'Where the shop’s own systems may put events',
    });
    new CfnOutput(this, 'LogTableName', {
      value: log.table.tableName,
      description: 'Keys, catalog versions and records of decisions',
    });
    if (identity.secretArn !== undefined) {
      new CfnOutput(this, 'IdentitySecretArn', {
        value: identity.secretArn,
        description: 'Secret that the shop signs identity tokens with (HS256)',
      });
    }
  }
}
