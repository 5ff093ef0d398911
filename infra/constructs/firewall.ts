import { CfnWebACL } from 'aws-cdk-lib/aws-wafv2';
import { Construct } from 'constructs';
import { requireImpact } from './impact.ts';

export interface FirewallProps {
  /** One sentence: what a customer notices while it fails. */
  readonly impact: string;
  /** What it is called in AWS. */
  readonly name: string;
  /** Requests that one network address may make in five minutes. */
  readonly requestsPerFiveMinutes: number;
}

/**
 * Rules of AWS's that count only. Bodies hold up to 500 KB of carts, product names and texts in which rules see attacks
 * that nothing of ours could fall for: they are parsed as JSON, and neither a shell nor SQL is near.
 */
const COUNTED = [
  'SizeRestrictions_BODY',
  'CrossSiteScripting_BODY',
  'GenericRFI_BODY',
  'GenericLFI_BODY',
  'EC2MetaDataSSRF_BODY',
];

const MANAGED = [
  'AWSManagedRulesAmazonIpReputationList',
  'AWSManagedRulesKnownBadInputsRuleSet',
  'AWSManagedRulesCommonRuleSet',
] as const;

const measured = (metricName: string): CfnWebACL.VisibilityConfigProperty => ({
  cloudWatchMetricsEnabled: true,
  metricName,
  // Samples would hold addresses and headers of visitors.
  sampledRequestsEnabled: false,
});

const managed = (name: (typeof MANAGED)[number], priority: number): CfnWebACL.RuleProperty => ({
  name,
  priority,
  overrideAction: { none: {} },
  visibilityConfig: measured(name),
  statement: {
    managedRuleGroupStatement: {
      vendorName: 'AWS',
      name,
      ...(name === 'AWSManagedRulesCommonRuleSet'
        ? { ruleActionOverrides: COUNTED.map((rule) => ({ name: rule, actionToUse: { count: {} } })) }
        : {}),
    },
  },
});

/** A web ACL for CloudFront: a limit for each network address, and AWS's own lists of what is bad. */
export class Firewall extends Construct {
  readonly impact: string;
  readonly acl: CfnWebACL;

  constructor(scope: Construct, id: string, props: FirewallProps) {
    super(scope, id);
    this.impact = requireImpact(id, props.impact);
    this.acl = new CfnWebACL(this, 'Acl', {
      name: props.name,
      description: 'What reaches the API',
      scope: 'CLOUDFRONT',
      defaultAction: { allow: {} },
      visibilityConfig: measured(props.name),
      rules: [
        {
          name: 'RequestsOfOneAddress',
          priority: 0,
          action: { block: { customResponse: { responseCode: 429 } } },
          visibilityConfig: measured('RequestsOfOneAddress'),
          statement: {
            rateBasedStatement: { aggregateKeyType: 'IP', limit: props.requestsPerFiveMinutes },
          },
        },
        ...MANAGED.map((name, index) => managed(name, index + 1)),
      ],
    });
  }
}
