import { Validations } from 'aws-cdk-lib';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import {
  ApiMapping,
  CfnStage,
  DomainName,
  HttpApi,
  HttpMethod,
  HttpRoute,
  HttpRouteKey,
  HttpStage,
  type IAccessLogSettings,
  LogGroupLogDestination,
  SecurityPolicy,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { ApiFunction, Route } from '../../lib/contracts/routes.ts';
import type { WendConfig } from '../config.ts';
import { requireImpact } from './impact.ts';
import { retainedIf } from './retained.ts';
import type { WendFunction } from './wend-function.ts';

type Limits = WendConfig['api']['limits'];

export interface WendApiProps {
  /** One sentence: what a customer notices while it fails. */
  readonly impact: string;
  readonly routes: readonly Route[];
  readonly functionOf: (name: ApiFunction) => WendFunction;
  /** Answers whatever no route takes: an unknown path 404, a wrong method 405, a preflight. */
  readonly fallback: ApiFunction;
  readonly limits: Limits;
  /** A name of its own; null: the one that AWS gives. */
  readonly domain: WendConfig['api']['domain'];
  readonly logRetention: RetentionDays;
  /** Whether its log outlives the stack. */
  readonly retain: boolean;
}

/**
 * What a line of the access log says: enough to see what was slow or refused and to find its request in the functions'
 * logs. No address, no user agent, and the route instead of the path, in which ids of people stand.
 */
const ACCESS_LOG_LINE = {
  time: '$context.requestTimeEpoch',
  requestId: '$context.requestId',
  route: '$context.routeKey',
  status: '$context.status',
  milliseconds: '$context.responseLatency',
  integrationMilliseconds: '$context.integrationLatency',
  integrationStatus: '$context.integrationStatus',
  bytes: '$context.responseLength',
  error: '$context.error.responseType',
};

/** Whose requests a route's limit is meant for: the widest circle that may call it. */
const limitFor = ({ keys }: Route, limits: Limits): Limits['visitors'] => {
  if (keys === null || keys.includes('publishable')) return limits.visitors;
  return keys.includes('secret') ? limits.servers : limits.operators;
};

const throttling = ({ requestsPerSecond, burst }: Limits['visitors']): object => ({
  ThrottlingRateLimit: requestsPerSecond,
  ThrottlingBurstLimit: burst,
});

/**
 * The HTTP API, one route per entry of the route table. It has no CORS of its own: API Gateway would answer every
 * preflight and overwrite every origin alike, whereas the functions know the key's origins and the path's methods.
 */
export class WendApi extends Construct {
  readonly impact: string;
  readonly api: HttpApi;
  readonly stage: HttpStage;
  /** Null: it has no name of its own. */
  readonly domain: DomainName | null;

  constructor(scope: Construct, id: string, props: WendApiProps) {
    super(scope, id);
    this.impact = requireImpact(id, props.impact);
    this.api = new HttpApi(this, 'Http', {
      description: this.impact,
      createDefaultStage: false,
      disableExecuteApiEndpoint: props.domain !== null,
    });
    const { requestsPerSecond, burst } = props.limits.visitors;
    this.stage = new HttpStage(this, 'Stage', {
      httpApi: this.api,
      stageName: '$default',
      autoDeploy: true,
      throttle: { rateLimit: requestsPerSecond, burstLimit: burst },
      accessLogSettings: this.#accessLog(props),
    });
    this.#limitRoutes(this.#routes(props), props);
    this.domain = props.domain === null ? null : this.#answerTo(props.domain);
    Validations.of(this).acknowledge({
      id: 'AwsSolutions-APIG4',
      reason: 'Keys are checked in the functions, which spares each request a hop (docs/adr/0002).',
    });
  }

  #routes(props: WendApiProps): readonly HttpRoute[] {
    const integrations = new Map<ApiFunction, HttpLambdaIntegration>();
    const routes = props.routes.map((route) => {
      const name = route.function;
      const integration =
        integrations.get(name) ??
        // One permission for the API and not one a route: a function's policy holds 20 KB.
        new HttpLambdaIntegration(`${name}-integration`, props.functionOf(name).live, {
          scopePermissionToRoute: false,
        });
      integrations.set(name, integration);
      return new HttpRoute(this, route.operationId, {
        httpApi: this.api,
        routeKey: HttpRouteKey.with(route.path, HttpMethod[route.method]),
        integration,
      });
    });
    new HttpRoute(this, 'Fallback', {
      httpApi: this.api,
      routeKey: HttpRouteKey.DEFAULT,
      // With a permission of its own: `$default` has an ARN of fewer parts than those of the API's other routes.
      integration: new HttpLambdaIntegration(
        `${props.fallback}-fallback`,
        props.functionOf(props.fallback).live,
      ),
    });
    return routes;
  }

  /** A limit for each route. The stage looks its routes up, so that they have to be there before. */
  #limitRoutes(made: readonly HttpRoute[], { routes, limits }: WendApiProps): void {
    const stage = this.stage.node.defaultChild;
    if (!CfnStage.isCfnStage(stage)) throw new Error('the stage is not made as it used to be');
    stage.routeSettings = Object.fromEntries(
      routes.map((route) => [`${route.method} ${route.path}`, throttling(limitFor(route, limits))]),
    );
    for (const route of made) this.stage.node.addDependency(route);
  }

  #answerTo({ name, certificateArn }: NonNullable<WendApiProps['domain']>): DomainName {
    const domain = new DomainName(this, 'Domain', {
      domainName: name,
      certificate: Certificate.fromCertificateArn(this, 'Certificate', certificateArn),
      securityPolicy: SecurityPolicy.TLS_1_2,
    });
    new ApiMapping(this, 'Mapping', { api: this.api, domainName: domain, stage: this.stage });
    return domain;
  }

  /** A line for each request. */
  #accessLog({ logRetention, retain }: WendApiProps): IAccessLogSettings {
    const log = new LogGroup(this, 'AccessLog', {
      retention: logRetention,
      removalPolicy: retainedIf(retain),
    });
    return {
      destination: new LogGroupLogDestination(log),
      format: AccessLogFormat.custom(JSON.stringify(ACCESS_LOG_LINE)),
    };
  }
}
