import { CfnOutput } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { WendConfig } from '../config.ts';
import { Edge } from '../constructs/edge.ts';
import { edgeSecretCalled } from '../constructs/edge-secrets.ts';
import { Firewall } from '../constructs/firewall.ts';
import { EDGE_REGION } from '../names.ts';
import { HouseStack } from './house-stack.ts';

export interface EdgeStackProps {
  readonly config: WendConfig;
  readonly settings: NonNullable<WendConfig['edge']>;
  /** The API's own name. */
  readonly origin: string;
}

/** What stands in front of the API, where CloudFront's certificates and firewalls live. */
export class EdgeStack extends HouseStack {
  constructor(scope: Construct, { config, settings, origin }: EdgeStackProps) {
    super(scope, 'edge', {
      config,
      description: 'what stands in front of the API',
      region: EDGE_REGION,
      holdsData: false,
    });
    const firewall = new Firewall(this, 'Firewall', {
      impact: 'Robots reach the API, and what they ask for is paid and takes room from customers.',
      name: this.named('firewall'),
      requestsPerFiveMinutes: settings.requestsPerFiveMinutes,
    });
    const { distribution } = new Edge(this, 'Edge', {
      impact: 'Shops, apps and agents get no answer at all: pages show their own defaults.',
      name: this.named('edge'),
      domain: settings.domain,
      origin,
      secret: edgeSecretCalled(this.named(`edge-${settings.rotation}`)),
      firewall,
    });
    new CfnOutput(this, 'Url', {
      value: `https://${settings.domain.name}`,
      description: 'Where clients call the service',
    });
    new CfnOutput(this, 'DnsTarget', {
      value: distribution.distributionDomainName,
      description: `What the name ${settings.domain.name} has to point to, by an alias or a CNAME`,
    });
  }
}
