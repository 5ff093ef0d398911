import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  ApplicationLogLevel,
  Architecture,
  Code,
  Function as LambdaFunction,
  LoggingFormat,
  Runtime,
  SystemLogLevel,
} from 'aws-cdk-lib/aws-lambda';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { Environment } from '../../lib/contracts/environment.ts';
import { HANDLER } from '../bundling.ts';
import type { TableAccess } from '../function-definition.ts';
import { requireImpact } from './impact.ts';

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
}

/**
 * A function of the house: Node 24 on arm64, its bundle, its log and a role that may write this log and nothing else
 * until it is granted more.
 */
export class WendFunction extends Construct {
  readonly handler: LambdaFunction;
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
      removalPolicy: props.retain ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    // A role of our own: the managed policy that Lambda's default role carries may write every log of the account.
    this.role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    this.log.grantWrite(this.role);
    this.handler = new LambdaFunction(this, 'Handler', {
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
  maySend(queue: Queue, variable: string): void {
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
