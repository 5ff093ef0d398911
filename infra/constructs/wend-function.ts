import { Duration, Validations } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  ApplicationLogLevel,
  Architecture,
  Code,
  type IFunction,
  Function as LambdaFunction,
  LoggingFormat,
  Runtime,
  SystemLogLevel,
} from 'aws-cdk-lib/aws-lambda';
import type { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { Environment } from '../../lib/contracts/environment.ts';
import { HANDLER } from '../bundling.ts';
import type { TableAccess } from '../function-definition.ts';
import type { Canary } from './canary.ts';
import { requireImpact } from './impact.ts';
import { retainedIf } from './retained.ts';

type OptionalName = {
  [Name in keyof Environment]-?: undefined extends Environment[Name] ? Name : never;
}[keyof Environment];

/** The environment that functions parse, as Lambda takes it: text. */
export type EnvironmentVariables = {
  readonly [Name in Exclude<keyof Environment, OptionalName>]: string;
} & { readonly [Name in OptionalName]?: string };

export interface WendFunctionProps {
  /** One sentence: what a customer notices while it fails. */
  readonly impact: string;
  /** What it is called in AWS. */
  readonly name: string;
  /** Folder of its bundle. */
  readonly bundle: string;
  readonly environment: EnvironmentVariables;
  /** Megabytes. */
  readonly memory: number;
  /** Seconds. */
  readonly timeout: number;
  readonly logRetention: RetentionDays;
  readonly logLevel: keyof typeof ApplicationLogLevel;
  /** Whether its log outlives the stack. */
  readonly retain: boolean;
  /** Moves traffic to a new version step by step; null: all at once. */
  readonly canary: Canary | null;
}

/** It is one; its types alone differ, in what is undefined and what is absent. */
const isFunction = (alias: object): alias is IFunction => 'addEventSource' in alias;

/**
 * A function of the house: Node 24 on arm64, its bundle, its log and a role that may write this log and nothing else
 * until it is granted more.
 */
export class WendFunction extends Construct {
  readonly handler: LambdaFunction;
  /** What is started: the alias that a new version takes over step by step, or the function itself. */
  readonly live: IFunction;
  readonly role: Role;
  readonly log: LogGroup;
  readonly impact: string;
  /** Seconds. */
  readonly timeout: number;

  constructor(scope: Construct, id: string, props: WendFunctionProps) {
    super(scope, id);
    this.impact = requireImpact(id, props.impact);
    this.timeout = props.timeout;
    this.log = new LogGroup(this, 'Log', {
      retention: props.logRetention,
      removalPolicy: retainedIf(props.retain),
    });
    // A role of our own: the managed policy that Lambda's default role carries may write every log of the account.
    this.role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    this.log.grantWrite(this.role);
    this.handler = new LambdaFunction(this, 'Handler', {
      functionName: props.name,
      description: this.impact,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      code: Code.fromAsset(props.bundle),
      handler: HANDLER,
      memorySize: props.memory,
      timeout: Duration.seconds(props.timeout),
      environment: { ...props.environment },
      role: this.role,
      logGroup: this.log,
      loggingFormat: LoggingFormat.JSON,
      applicationLogLevelV2: ApplicationLogLevel[props.logLevel],
      systemLogLevelV2: SystemLogLevel.WARN,
    });
    this.live = this.#aliasOf(props.canary) ?? this.handler;
    Validations.of(this).acknowledge(
      {
        id: 'Serverless-LambdaTracing',
        reason:
          'Requests are followed by their id and traceparent through the logs; X-Ray would be paid for by request.',
      },
      {
        id: 'Serverless-LambdaDLQ',
        reason:
          'Who waits for the answer sees the failure; what a queue, the stream or a schedule brings is laid aside at that edge.',
      },
    );
  }

  #aliasOf(canary: Canary | null): IFunction | null {
    if (canary === null) return null;
    const alias = this.handler.addAlias('live');
    canary.guard(alias, this.impact);
    if (!isFunction(alias)) throw new Error('an alias is no function any more');
    return alias;
  }

  /** Lets a queue start it. */
  takeFrom(source: SqsEventSource): void {
    Validations.of(this).acknowledge({
      id: 'Serverless-LambdaEventSourceMappingDestination',
      reason: 'A queue has no such destination: what fails goes to its own dead-letter queue.',
    });
    this.live.addEventSource(source);
  }

  /**
   * Lets the function act on the items of a table.
   *
   * @param tableArn - the table, without its indexes and streams
   * @param access - what it may do, to which partition keys, of the table or of one index
   */
  allowItems(tableArn: string, access: TableAccess): void {
    const bound = access.partitionKeys;
    this.allow(
      new PolicyStatement({
        actions: [...access.actions],
        resources: [access.index === undefined ? tableArn : `${tableArn}/index/${access.index}`],
        ...(bound === undefined
          ? {}
          : { conditions: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': [...bound] } } }),
      }),
    );
  }

  /**
   * Lets the function put messages into a queue.
   *
   * @param variable - the environment variable in which it finds the queue's URL
   */
  maySend(queue: Pick<IQueue, 'queueArn' | 'queueUrl'>, variable: string): void {
    this.allow(new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [queue.queueArn] }));
    this.set(variable, queue.queueUrl);
  }

  /** Lets the function do what a statement says. */
  allow(statement: PolicyStatement): void {
    this.role.addToPrincipalPolicy(statement);
  }

  /** Sets a variable of its environment besides those that all functions have. */
  set(variable: string, value: string): void {
    this.handler.addEnvironment(variable, value);
  }
}
