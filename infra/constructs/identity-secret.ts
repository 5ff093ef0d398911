import { SecretValue, Validations } from 'aws-cdk-lib';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import type { WendConfig } from '../config.ts';
import { requireImpact } from './impact.ts';
import { retainedIf } from './retained.ts';

export interface IdentitySecretProps {
  /** One sentence: what a customer notices while it fails. */
  readonly impact: string;
  readonly source: WendConfig['identity'];
  /** What a generated secret is called in AWS, in every Region. */
  readonly name: string;
  /** Other Regions that have a copy of it. */
  readonly replicas: readonly string[];
  /** Whether a generated secret outlives the stack. */
  readonly retain: boolean;
}

/**
 * The secret that the shop signs identity tokens with. Functions get it in their environment by a dynamic reference:
 * CloudFormation resolves it when it deploys, so that the template holds no secret and a request costs no hop
 * (docs/adr/0002).
 */
export class IdentitySecret extends Construct {
  readonly impact: string;
  /** What to set in the environment: a reference to the secret; undefined where none is accepted. */
  readonly value: string | undefined;
  /** Where the shop reads a generated secret; undefined where the shop has its own. */
  readonly secretArn: string | undefined;

  constructor(scope: Construct, id: string, props: IdentitySecretProps) {
    super(scope, id);
    this.impact = requireImpact(id, props.impact);
    switch (props.source.secret) {
      case 'none':
        return;
      case 'literal':
        this.value = props.source.value;
        return;
      case 'named':
        this.value = SecretValue.secretsManager(props.source.name).unsafeUnwrap();
        return;
      case 'generated': {
        const secret = new Secret(this, 'Secret', {
          secretName: props.name,
          replicaRegions: props.replicas.map((region) => ({ region })),
          description: this.impact,
          generateSecretString: { excludePunctuation: true, passwordLength: 64 },
          removalPolicy: retainedIf(props.retain),
        });
        Validations.of(secret).acknowledge({
          id: 'AwsSolutions-SMG4',
          reason:
            'The shop signs with it: a rotation that the shop does not take part in would lock its visitors out (docs/runbook.md).',
        });
        this.value = secret.secretValue.unsafeUnwrap();
        this.secretArn = secret.secretArn;
        return;
      }
    }
  }
}
