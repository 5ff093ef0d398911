import { Duration, Validations } from 'aws-cdk-lib';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import {
  AllowedMethods,
  CacheHeaderBehavior,
  CachePolicy,
  CacheQueryStringBehavior,
  Distribution,
  Function as EdgeFunction,
  FunctionCode,
  FunctionEventType,
  FunctionRuntime,
  HttpVersion,
  OriginProtocolPolicy,
  OriginRequestPolicy,
  OriginSslPolicy,
  SecurityPolicyProtocol,
  ViewerProtocolPolicy,
} from 'aws-cdk-lib/aws-cloudfront';
import { HttpOrigin } from 'aws-cdk-lib/aws-cloudfront-origins';
import { Construct } from 'constructs';
import { EDGE_SECRET_HEADER, EDGE_VIEWER_HEADER } from '../../lib/contracts/edge.ts';
import type { Firewall } from './firewall.ts';
import { requireImpact } from './impact.ts';

export interface EdgeProps {
  /** One sentence: what a customer notices while it fails. */
  readonly impact: string;
  /** What its parts are called in AWS. */
  readonly name: string;
  /** Where clients call the service, and the certificate of that name, in us-east-1. */
  readonly domain: { readonly name: string; readonly certificateArn: string };
  /** The API's own name. */
  readonly origin: string;
  /** What each request is marked with. */
  readonly secret: string;
  readonly firewall: Firewall;
}

/** Tells the functions who asks. What a client sends under this name is overwritten. */
const SAY_WHO_ASKS = `function handler(event) {
  event.request.headers['${EDGE_VIEWER_HEADER}'] = { value: event.viewer.ip };
  return event.request;
}`;

/** What decides about an answer that may be cached: those of one caller are never another's. */
const OF_THE_CALLER = ['Authorization', 'Origin', 'X-Identity-Token'];

/**
 * CloudFront in front of the API: near to visitors, over HTTP/3, compressed, behind a firewall. Only what is marked as
 * public is cached, since whatever is about somebody says `private`.
 */
export class Edge extends Construct {
  readonly impact: string;
  readonly distribution: Distribution;

  constructor(scope: Construct, id: string, props: EdgeProps) {
    super(scope, id);
    this.impact = requireImpact(id, props.impact);
    const { name, domain } = props;
    this.distribution = new Distribution(this, 'Distribution', {
      comment: name,
      domainNames: [domain.name],
      certificate: Certificate.fromCertificateArn(this, 'Certificate', domain.certificateArn),
      httpVersion: HttpVersion.HTTP2_AND_3,
      minimumProtocolVersion: SecurityPolicyProtocol.TLS_V1_2_2021,
      webAclId: props.firewall.acl.attrArn,
      defaultBehavior: {
        origin: new HttpOrigin(props.origin, {
          protocolPolicy: OriginProtocolPolicy.HTTPS_ONLY,
          originSslProtocols: [OriginSslPolicy.TLS_V1_2],
          customHeaders: { [EDGE_SECRET_HEADER]: props.secret },
        }),
        allowedMethods: AllowedMethods.ALLOW_ALL,
        viewerProtocolPolicy: ViewerProtocolPolicy.HTTPS_ONLY,
        compress: true,
        cachePolicy: this.#cachePolicy(name),
        originRequestPolicy: OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
        functionAssociations: [
          { eventType: FunctionEventType.VIEWER_REQUEST, function: this.#sayWhoAsks(name) },
        ],
      },
    });
    Validations.of(this).acknowledge(
      {
        id: 'AwsSolutions-CFR1',
        reason: 'Shops have customers who travel: whom a shop does not serve, it knows itself.',
      },
      {
        id: 'AwsSolutions-CFR3',
        reason:
          'Its lines hold the addresses of visitors; the API’s own access log has a line for each request.',
      },
    );
  }

  /** With a time to live of its own at zero: CloudFront compresses only what it might cache. */
  #cachePolicy(name: string): CachePolicy {
    return new CachePolicy(this, 'Cache', {
      cachePolicyName: name,
      minTtl: Duration.seconds(0),
      defaultTtl: Duration.seconds(0),
      maxTtl: Duration.minutes(5),
      headerBehavior: CacheHeaderBehavior.allowList(...OF_THE_CALLER),
      queryStringBehavior: CacheQueryStringBehavior.all(),
      enableAcceptEncodingBrotli: true,
      enableAcceptEncodingGzip: true,
    });
  }

  #sayWhoAsks(name: string): EdgeFunction {
    return new EdgeFunction(this, 'SayWhoAsks', {
      functionName: name,
      comment: 'Tells the functions the visitor’s address',
      runtime: FunctionRuntime.JS_2_0,
      code: FunctionCode.fromInline(SAY_WHO_ASKS),
    });
  }
}
