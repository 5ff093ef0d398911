import type { EventBus } from 'aws-cdk-lib/aws-events';
import type { Construct } from 'constructs';
import type { WendConfig } from '../config.ts';
import type { IdentitySecret } from '../constructs/identity-secret.ts';
import { type EnvironmentVariables, WendFunction } from '../constructs/wend-function.ts';
import type { WendTable } from '../constructs/wend-table.ts';
import { FUNCTIONS, type FunctionName } from '../functions.ts';

/** What every function may be given rights on. */
export interface Surroundings {
  readonly config: WendConfig;
  /** Folder of each function's bundle. */
  readonly bundles: ReadonlyMap<FunctionName, string>;
  readonly visitors: WendTable;
  readonly log: WendTable;
  readonly bus: EventBus;
  readonly identity: IdentitySecret;
}

/** Makes functions as `FUNCTIONS` defines them, with their rights on the tables and the bus. */
export class FunctionMaker {
  readonly #scope: Construct;
  readonly #around: Surroundings;
  readonly #made = new Map<FunctionName, WendFunction>();

  constructor(scope: Construct, around: Surroundings) {
    this.#scope = scope;
    this.#around = around;
  }

  /**
   * The function of this name, made when it is first asked for.
   *
   * @throws Error where it has not been bundled
   */
  of(name: FunctionName): WendFunction {
    const made = this.#made.get(name) ?? this.#make(name);
    this.#made.set(name, made);
    return made;
  }

  #make(name: FunctionName): WendFunction {
    const { config, bundles, visitors, log, bus } = this.#around;
    const definition = FUNCTIONS[name];
    const bundle = bundles.get(name);
    if (bundle === undefined) {
      throw new Error(`the function ${name} has not been bundled`);
    }
    const made = new WendFunction(this.#scope, name, {
      impact: definition.impact,
      bundle,
      environment: this.#environmentOf(name),
      memory: definition.memory,
      timeout: definition.timeout,
      logRetention: config.logs.retentionDays,
      logLevel: config.logs.level,
      retain: config.data.retain,
    });
    for (const access of definition.visitors) {
      made.allowItems(visitors.table.tableArn, access);
    }
    for (const access of definition.log) {
      made.allowItems(log.table.tableArn, access);
    }
    if (definition.publishes) {
      bus.grantPutEventsTo(made.role);
    }
    return made;
  }

  #environmentOf(name: FunctionName): EnvironmentVariables {
    const { config, visitors, log, bus, identity } = this.#around;
    const secret = FUNCTIONS[name].verifiesIdentity ? identity.value : undefined;
    const audience = config.identity.secret === 'none' ? undefined : config.identity.audience;
    return {
      WEND_VISITORS_TABLE: visitors.table.tableName,
      WEND_LOG_TABLE: log.table.tableName,
      WEND_EVENT_BUS: bus.eventBusName,
      WEND_CONTROL_MAX_AGE_MS: String(config.control.maximumAgeMs),
      ...(secret === undefined ? {} : { WEND_IDENTITY_SECRET: secret }),
      ...(secret === undefined || audience === undefined ? {} : { WEND_IDENTITY_AUDIENCE: audience }),
    };
  }
}
