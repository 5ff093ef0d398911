import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';
import { describe, expect, it } from 'vitest';
import { readConfig } from '../../infra/config.ts';
import { ROUTES } from '../../lib/contracts/routes.ts';
import { WITH_EDGE } from './extras.ts';
import { handlerOf } from './resources.ts';
import { ofType, synthesize } from './synthesize.ts';

describe('an environment with an edge', () => {
  const { app, resources, templates } = synthesize('production', WITH_EDGE);
  const [distribution] = ofType(resources, 'AWS::CloudFront::Distribution');
  const text = JSON.stringify(distribution?.Properties);

  it('keeps the rules of AwsSolutions and Serverless', () => {
    for (const pack of [new AwsSolutionsChecks(), new ServerlessChecks()]) {
      expect(pack.validateScope(app).violations).toEqual([]);
    }
  });

  it('answers under its name over HTTP/3 and TLS 1.2 alone, compressed', () => {
    expect([...templates.keys()]).toContain('edge');
    expect(distribution?.Properties['DistributionConfig']).toMatchObject({
      Aliases: ['wend.shop.example'],
      HttpVersion: 'http2and3',
      ViewerCertificate: { MinimumProtocolVersion: 'TLSv1.2_2021' },
      DefaultCacheBehavior: { Compress: true, ViewerProtocolPolicy: 'https-only' },
    });
    const [policy] = ofType(resources, 'AWS::CloudFront::CachePolicy');
    expect(policy?.Properties['CachePolicyConfig']).toMatchObject({
      DefaultTTL: 0,
      ParametersInCacheKeyAndForwardedToOrigin: {
        EnableAcceptEncodingBrotli: true,
        EnableAcceptEncodingGzip: true,
        HeadersConfig: { Headers: expect.arrayContaining(['Authorization']) },
      },
    });
  });

  it('marks what it lets through with the secret of now, which functions take with the one before', () => {
    expect(text).toContain('x-wend-edge');
    expect(text).toContain('{{resolve:secretsmanager:wend-production-edge-3:SecretString:::}}');
    for (const name of new Set(ROUTES.map((route) => route.function))) {
      const secrets = JSON.stringify(handlerOf(resources, name).Environment.Variables['WEND_EDGE_SECRETS']);
      expect(secrets.match(/resolve:secretsmanager/g), name).toHaveLength(2);
    }
    const replicated = ofType(resources, 'AWS::SecretsManager::Secret').filter(
      ({ Properties }) => Properties['ReplicaRegions'] !== undefined,
    );
    expect(replicated.map(({ Properties }) => Properties['Name']).sort()).toEqual([
      'wend-production-edge-2',
      'wend-production-edge-3',
    ]);
  });

  it('is not to be gone round by the address that AWS gives', () => {
    const [api] = ofType(resources, 'AWS::ApiGatewayV2::Api');
    expect(api?.Properties['DisableExecuteApiEndpoint']).toBe(true);
    expect(ofType(resources, 'AWS::ApiGatewayV2::DomainName')[0]?.Properties).toMatchObject({
      DomainName: 'origin.shop.example',
      DomainNameConfigurations: [{ SecurityPolicy: 'TLS_1_2' }],
    });
  });

  it('limits each address and knows what AWS knows to be bad', () => {
    const [acl] = ofType(resources, 'AWS::WAFv2::WebACL');
    expect(acl?.Properties).toMatchObject({
      Scope: 'CLOUDFRONT',
      Rules: expect.arrayContaining([
        expect.objectContaining({
          Statement: { RateBasedStatement: { AggregateKeyType: 'IP', Limit: 3000 } },
        }),
      ]),
    });
    const rules = JSON.stringify(acl?.Properties);
    expect(rules).toContain('AWSManagedRulesCommonRuleSet');
    expect(rules).not.toContain('"SampledRequestsEnabled":true');
  });
});

describe('an environment without an edge', () => {
  const { resources } = synthesize('dev');

  it('has nothing in front, and functions that ask for no mark', () => {
    expect(ofType(resources, 'AWS::CloudFront::Distribution')).toEqual([]);
    expect(handlerOf(resources, 'decide').Environment.Variables).not.toHaveProperty('WEND_EDGE_SECRETS');
  });

  it('can not have one whose origin has no name', () => {
    const { edge, region } = WITH_EDGE;
    expect(() => readConfig({ environment: 'production', overrides: { edge, region } })).toThrow(
      /edge: CloudFront reaches the API by a name of its own/,
    );
  });
});
