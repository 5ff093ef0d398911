import { HttpApi, HttpMethod, HttpRoute, HttpRouteKey, HttpStage } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { Construct } from 'constructs';
import type { ApiFunction, Route } from '../../lib/contracts/routes.ts';
import { requireImpact } from './impact.ts';
import type { WendFunction } from './wend-function.ts';

export interface WendApiProps {
  /** One sentence: what a customer notices while it fails. */
  readonly impact: string;
  readonly routes: readonly Route[];
  readonly functionOf: (name: ApiFunction) => WendFunction;
  /** Answers whatever no route takes: an unknown path 404, a wrong method 405, a preflight. */
  readonly fallback: ApiFunction;
  readonly requestsPerSecond: number;
  readonly burst: number;
}

/**
 * The HTTP API, one route per entry of the route table. It has no CORS of its own: API Gateway would answer every
 * preflight and overwrite every origin alike, whereas the functions know the key's origins and the path's methods.
 */
export class WendApi extends Construct {
  readonly impact: string;
  readonly api: HttpApi;
  readonly stage: HttpStage;

  constructor(scope: Construct, id: string, props: WendApiProps) {
    super(scope, id);
    this.impact = requireImpact(id, props.impact);
    this.api = new HttpApi(this, 'Http', { description: this.impact, createDefaultStage: false });
    this.stage = new HttpStage(this, 'Stage', {
      httpApi: this.api,
      stageName: '$default',
      autoDeploy: true,
      throttle: { rateLimit: props.requestsPerSecond, burstLimit: props.burst },
    });
    const integrations = new Map<ApiFunction, HttpLambdaIntegration>();
    for (const route of props.routes) {
      const name = route.function;
      const integration =
        integrations.get(name) ??
        // One permission for the API and not one a route: a function's policy holds 20 KB.
        new HttpLambdaIntegration(`${name}-integration`, props.functionOf(name).handler, {
          scopePermissionToRoute: false,
        });
      integrations.set(name, integration);
      new HttpRoute(this, route.operationId, {
        httpApi: this.api,
        routeKey: HttpRouteKey.with(route.path, HttpMethod[route.method]),
        integration,
      });
    }
    new HttpRoute(this, 'Fallback', {
      httpApi: this.api,
      routeKey: HttpRouteKey.DEFAULT,
      // With a permission of its own: `$default` has an ARN of fewer parts than those of the API's other routes.
      integration: new HttpLambdaIntegration(
        `${props.fallback}-fallback`,
        props.functionOf(props.fallback).handler,
      ),
    });
  }
}
