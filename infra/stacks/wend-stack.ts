import { CfnOutput, Stack } from 'aws-cdk-lib';
import { EventBus } from 'aws-cdk-lib/aws-events';
import type { Construct } from 'constructs';
import { BUS_SOURCE, EVENTS_RECEIVED } from '../../lib/contracts/bus.ts';
import { ROUTES } from '../../lib/contracts/routes.ts';
import { TABLES } from '../../lib/contracts/tables.ts';
import type { WendConfig } from '../config.ts';
import { WendApi } from '../constructs/api.ts';
import { IdentitySecret } from '../constructs/identity-secret.ts';
import { QueueConsumer } from '../constructs/queue-consumer.ts';
import { type EnvironmentVariables, WendFunction } from '../constructs/wend-function.ts';
import { WendTable } from '../constructs/wend-table.ts';
import { FUNCTIONS, type FunctionName } from '../functions.ts';

export interface WendStackProps {
  readonly config: WendConfig;
  /** Folder of each function's bundle. */
  readonly bundles: ReadonlyMap<FunctionName, string>;
}

/** All of Wend in one environment: its memory, its mailbox, its mind and its door. */
export class WendStack extends Stack {
  readonly #config: WendConfig;
  readonly #bundles: ReadonlyMap<FunctionName, string>;
  readonly #visitors: WendTable;
  readonly #log: WendTable;
  readonly #bus: EventBus;
  readonly #identity: IdentitySecret;

  constructor(scope: Construct, id: string, { config, bundles }: WendStackProps) {
    const { account, region } = config;
    super(scope, id, {
      description: 'Wend: journeys and offers, decided for each visitor',
      terminationProtection: config.data.deletionProtection,
      tags: { application: 'wend', environment: config.environment },
      env: { ...(account === undefined ? {} : { account }), ...(region === undefined ? {} : { region }) },
    });
    this.#config = config;
    this.#bundles = bundles;
    this.#visitors = new WendTable(this, 'Visitors', {
      impact: 'Nobody is remembered: every visitor sees the shop’s defaults.',
      definition: TABLES.visitors,
      ...config.data,
    });
    this.#log = new WendTable(this, 'Log', {
      impact:
        'No key and no catalog can be read: starting functions answer 503, and no decision can be explained.',
      definition: TABLES.log,
      ...config.data,
    });
    this.#bus = new EventBus(this, 'Bus', {
      description: 'What visitors did and what Wend decided to do about it',
    });
    this.#identity = new IdentitySecret(this, 'Identity', {
      impact:
        'Visitors who are logged in on a page or an app are refused until the shop signs with this secret.',
      source: config.identity,
      retain: config.data.retain,
    });

    const functions = {
      decide: this.#functionOf('decide'),
      'track-events': this.#functionOf('track-events'),
      'get-visitor': this.#functionOf('get-visitor'),
      'manage-catalog': this.#functionOf('manage-catalog'),
      'manage-keys': this.#functionOf('manage-keys'),
      'describe-service': this.#functionOf('describe-service'),
    };
    const api = new WendApi(this, 'Api', {
      impact: 'Shops, apps and agents get no answer at all: pages show their own defaults.',
      routes: ROUTES,
      functions,
      fallback: 'describe-service',
      ...config.api,
    });
    new QueueConsumer(this, 'React', {
      impact: 'What visitors did is kept and not yet acted on: journeys and carts stand still until it is.',
      bus: this.#bus,
      pattern: { source: [BUS_SOURCE], detailType: [EVENTS_RECEIVED] },
      consumer: this.#functionOf('on-events-received'),
      retain: config.data.retain,
      ...config.react,
    });
    this.#outputs(api);
  }

  #functionOf(name: FunctionName): WendFunction {
    const definition = FUNCTIONS[name];
    const bundle = this.#bundles.get(name);
    if (bundle === undefined) {
      throw new Error(`the function ${name} has not been bundled`);
    }
    const made = new WendFunction(this, name, {
      impact: definition.impact,
      bundle,
      environment: this.#environmentOf(name),
      memory: definition.memory,
      timeout: definition.timeout,
      logRetention: this.#config.logs.retentionDays,
      logLevel: this.#config.logs.level,
      retain: this.#config.data.retain,
    });
    for (const access of definition.visitors) {
      made.allowItems(this.#visitors.table.tableArn, access);
    }
    for (const access of definition.log) {
      made.allowItems(this.#log.table.tableArn, access);
    }
    if (definition.publishes) {
      this.#bus.grantPutEventsTo(made.role);
    }
    return made;
  }

  #environmentOf(name: FunctionName): EnvironmentVariables {
    const { identity, control } = this.#config;
    const secret = FUNCTIONS[name].verifiesIdentity ? this.#identity.value : undefined;
    const audience = identity.secret === 'none' ? undefined : identity.audience;
    return {
      WEND_VISITORS_TABLE: this.#visitors.table.tableName,
      WEND_LOG_TABLE: this.#log.table.tableName,
      WEND_EVENT_BUS: this.#bus.eventBusName,
      WEND_CONTROL_MAX_AGE_MS: String(control.maximumAgeMs),
      ...(secret === undefined ? {} : { WEND_IDENTITY_SECRET: secret }),
      ...(secret === undefined || audience === undefined ? {} : { WEND_IDENTITY_AUDIENCE: audience }),
    };
  }

  #outputs(api: WendApi): void {
    new CfnOutput(this, 'Url', { value: api.api.apiEndpoint, description: 'Where clients call the service' });
    new CfnOutput(this, 'EventBusName', {
      value: this.#bus.eventBusName,
      description: 'Where the shop’s own systems may put events',
    });
    new CfnOutput(this, 'LogTableName', {
      value: this.#log.table.tableName,
      description: 'Keys, catalog versions and records of decisions',
    });
    if (this.#identity.secretArn !== undefined) {
      new CfnOutput(this, 'IdentitySecretArn', {
        value: this.#identity.secretArn,
        description: 'Secret that the shop signs identity tokens with (HS256)',
      });
    }
  }
}
