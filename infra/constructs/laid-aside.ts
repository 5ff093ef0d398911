import { Duration, Validations } from 'aws-cdk-lib';
import { Queue, QueueEncryption, type QueueProps } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { retainedIf } from './retained.ts';

/** What is laid aside waits this long for a person; a repeat within 15 days still counts once. */
const KEPT = Duration.days(14);

/** What a queue is called, and whether its messages outlive the stack. */
export interface QueueIdentity {
  readonly name: string;
  readonly retain: boolean;
}

/** How every queue of the house is made: named, encrypted, over TLS alone. */
export const queueProps = ({
  name,
  retain,
}: QueueIdentity): Required<
  Pick<QueueProps, 'queueName' | 'encryption' | 'enforceSSL' | 'removalPolicy'>
> => ({
  queueName: name,
  encryption: QueueEncryption.SQS_MANAGED,
  enforceSSL: true,
  removalPolicy: retainedIf(retain),
});

/** A dead-letter queue: the end of an asynchronous edge, with a paragraph of its own in docs/runbook.md. */
export class LaidAside extends Queue {
  constructor(scope: Construct, id: string, identity: QueueIdentity) {
    super(scope, id, { ...queueProps(identity), retentionPeriod: KEPT });
    const reason = 'It is where an edge ends: what lies here waits for a person, and an alarm calls one.';
    Validations.of(this).acknowledge(
      { id: 'AwsSolutions-SQS3', reason },
      { id: 'Serverless-SQSRedrivePolicy', reason },
    );
  }
}
