import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { WendConfig } from '../config.ts';
import { Canary } from '../constructs/canary.ts';
import { type EnvironmentVariables, WendFunction } from '../constructs/wend-function.ts';
import { FUNCTIONS, type FunctionName } from '../functions.ts';
import { busArn, nameOf, tableArn } from '../names.ts';

/** What functions are made of and with. */
export interface Surroundings {
  readonly config: WendConfig;
  /** Folder of each function's bundle. */
  readonly bundles: ReadonlyMap<FunctionName, string>;
  /** A reference to the secret that identity tokens are signed with; undefined where none is accepted. */
  readonly identitySecret: string | undefined;
  /** What the edge in front of the API proves itself by; absent: nothing stands there. */
  readonly edgeSecrets?: string | undefined;
}

/** Makes functions as `FUNCTIONS` defines them, with their rights on the tables and the bus. */
export class FunctionMaker {
  readonly #scope: Construct;
  readonly #around: Surroundings;
  readonly #canary: Canary | null;
  readonly #made = new Map<FunctionName, WendFunction>();

  constructor(scope: Construct, around: Surroundings) {
    this.#scope = scope;
    this.#around = around;
    const { canary } = around.config;
    this.#canary =
      canary === null
        ? null
        : new Canary(scope, 'Canary', {
            impact: 'A faulty new version reaches every visitor at once, and has to be taken back by hand.',
            steps: canary,
          });
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

  /** Those that were made, by their names. */
  get made(): ReadonlyMap<FunctionName, WendFunction> {
    return this.#made;
  }

  #make(name: FunctionName): WendFunction {
    const { config, bundles } = this.#around;
    const definition = FUNCTIONS[name];
    const bundle = bundles.get(name);
    if (bundle === undefined) {
      throw new Error(`the function ${name} has not been bundled`);
    }
    const made = new WendFunction(this.#scope, name, {
      impact: definition.impact,
      name: this.#named(name),
      bundle,
      environment: this.#environmentOf(name),
      memory: definition.memory,
      timeout: definition.timeout,
      logRetention: config.logs.retentionDays,
      logLevel: config.logs.level,
      retain: config.data.retain,
      canary: this.#canary,
    });
    for (const access of definition.visitors) {
      made.allowItems(tableArn(this.#scope, this.#named('visitors')), access);
    }
    for (const access of definition.log) {
      made.allowItems(tableArn(this.#scope, this.#named('log')), access);
    }
    if (definition.publishes) {
      const resources = [busArn(this.#scope, this.#named('bus'))];
      made.allow(new PolicyStatement({ actions: ['events:PutEvents'], resources }));
    }
    return made;
  }

  #named(thing: string): string {
    return nameOf(this.#around.config.environment, thing);
  }

  #environmentOf(name: FunctionName): EnvironmentVariables {
    const { config, identitySecret, edgeSecrets } = this.#around;
    const secret = FUNCTIONS[name].verifiesIdentity ? identitySecret : undefined;
    const audience = config.identity.secret === 'none' ? undefined : config.identity.audience;
    return {
      WEND_ENVIRONMENT: config.environment,
      WEND_VISITORS_TABLE: this.#named('visitors'),
      WEND_LOG_TABLE: this.#named('log'),
      WEND_EVENT_BUS: this.#named('bus'),
      WEND_CONTROL_MAX_AGE_MS: String(config.control.maximumAgeMs),
      ...(edgeSecrets === undefined ? {} : { WEND_EDGE_SECRETS: edgeSecrets }),
      ...(secret === undefined ? {} : { WEND_IDENTITY_SECRET: secret }),
      ...(secret === undefined || audience === undefined ? {} : { WEND_IDENTITY_AUDIENCE: audience }),
    };
  }
}
