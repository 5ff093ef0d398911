import { SecretValue, Validations } from 'aws-cdk-lib';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { requireImpact } from './impact.ts';
import { retainedIf } from './retained.ts';

export interface EdgeSecretsProps {
  /** One sentence: what a customer notices while it fails. */
  readonly impact: string;
  /** What the secret of each number is called in AWS. */
  readonly nameOf: (number: number) => string;
  /** The number of the secret that the edge sends; functions take the one before as well. */
  readonly rotation: number;
  /** Where the edge's stack reads it; absent: in this Region. */
  readonly replicateTo: string | undefined;
  /** Whether secrets outlive the stack. */
  readonly retain: boolean;
}

/**
 * What the edge proves itself by. A rotation is a deployment with the next number: first the functions take both, then
 * the edge sends the new one, and the next rotation forgets the old one. Nobody is refused in between.
 */
export class EdgeSecrets extends Construct {
  readonly impact: string;
  /** What functions take: references, with a space between. */
  readonly value: string;

  constructor(scope: Construct, id: string, props: EdgeSecretsProps) {
    super(scope, id);
    this.impact = requireImpact(id, props.impact);
    const { rotation, replicateTo } = props;
    const secrets = [rotation, rotation - 1].map((number) => {
      const secret = new Secret(this, `Secret${number}`, {
        secretName: props.nameOf(number),
        description: this.impact,
        generateSecretString: { excludePunctuation: true, passwordLength: 64 },
        removalPolicy: retainedIf(props.retain),
        ...(replicateTo === undefined ? {} : { replicaRegions: [{ region: replicateTo }] }),
      });
      Validations.of(secret).acknowledge({
        id: 'AwsSolutions-SMG4',
        reason: 'It is changed by a deployment with the next number, which functions and edge take part in.',
      });
      return secret;
    });
    this.value = secrets.map((secret) => secret.secretValue.unsafeUnwrap()).join(' ');
  }
}

/** A reference to the secret that the edge sends, by its name. */
export const edgeSecretCalled = (name: string): string => SecretValue.secretsManager(name).unsafeUnwrap();
